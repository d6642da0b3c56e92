/* run_payload.h - what MLflow is told of a judged candidate: parameters, metrics, tags and data sets, from its card and
 * the gate's decision.  Knows nothing of requests. */
#ifndef REGISTER_RUN_PAYLOAD_H
#define REGISTER_RUN_PAYLOAD_H

#include <jansson.h>

struct run_payload {
    json_t *params;   /* {"trees":"200",...}: texts */
    json_t *metrics;  /* {"holdout.log_loss":0.9,...}: numbers */
    json_t *tags;     /* texts */
    json_t *datasets; /* as runs/log-inputs takes them */
};

/* card may be NULL where it is gone: less is told then.  minutes is the decision for a person, in Markdown, or NULL.
 * All borrowed.  Keys hold what MLflow allows in them; texts are cut to what its databases hold. */
struct run_payload run_payload_make(const json_t *decision, const json_t *card, const char *report);
void run_payload_done(struct run_payload *payload); /* fine on zeroes */

#endif
