/* run_payload.h - what is exported about an evaluated candidate: parameters, metrics, tags and data sets, from its card
 * and the gate's decision.  Knows nothing of requests. */
#ifndef REGISTER_RUN_PAYLOAD_H
#define REGISTER_RUN_PAYLOAD_H

#include <jansson.h>

struct run_payload {
    json_t *params;   /* {"trees":"200",...}: texts */
    json_t *metrics;  /* {"holdout.log_loss":0.9,...}: numbers */
    json_t *tags;     /* texts */
    json_t *datasets; /* as runs/log-inputs takes them */
};

/* card is NULL if it is gone: then less is exported.  minutes is the decision for a person, in Markdown, or NULL.
 * All borrowed.  Keys contain only what MLflow allows; texts are cut to the size of its database columns. */
struct run_payload run_payload_make(const json_t *decision, const json_t *card, const char *report);
void run_payload_done(struct run_payload *payload); /* fine on zeroes */

#endif
