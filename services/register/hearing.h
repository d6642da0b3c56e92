/* hearing.h - all that the gate looks at: candidate, champion, hold-out, earlier decisions, and the numbers they give.
 */
#ifndef REGISTER_HEARING_H
#define REGISTER_HEARING_H

#include "services/common/champion.h"
#include "services/register/candidate.h"
#include "services/register/gate.h"

struct hearing {
    json_t *decisions;          /* all earlier ones; the caller's to read */
    struct candidate candidate; /* the caller's to read */
    struct feature_table table;
    struct champion champion; /* version 0: none */
    struct gate_numbers numbers;
    struct gate_answer answer; /* the caller's to set */
};

/* Read the features and the champion and measure both models. */
bool hearing_gather(struct hearing *h, const char *data, struct file_error *err);
void hearing_done(struct hearing *h); /* fine on zeroes */

/* Add to a decision what was judged, on which rows, and every number. */
void hearing_describe(json_t *decision, const struct hearing *h, const struct gate_settings *settings);

#endif
