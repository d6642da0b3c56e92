/* hearing.h - all that the gate looks at: candidate, champion, hold-out, earlier decisions, and the numbers they give.
 */
#ifndef REGISTER_HEARING_H
#define REGISTER_HEARING_H

#include "services/common/champion.h"
#include "services/register/candidate.h"
#include "services/register/gate.h"
#include "services/register/pointer.h"

struct hearing {
    json_t *decisions;          /* all earlier ones; the caller's to read */
    struct candidate candidate; /* the caller's to read */
    struct feature_table table;
    struct champion champion; /* that is serving; version 0: none */
    struct pointer served;    /* what champion.json says; its forest may be of another format, and then no champion */
    struct champion anchor;   /* under an alarm, where it is another than the champion; version 0 otherwise */
    size_t slice_feature;     /* whose levels are the slices; SIZE_MAX: none */
    struct gate_numbers numbers;
    struct gate_answer answer; /* the caller's to set */
};

/* What is compared, and how; borrowed. */
struct hearing_subject {
    const char *data;   /* the shared volume */
    const char *slices; /* feature whose levels are slices; NULL: the first categorical one */
    const struct gate_settings *gate;
};

/* Read the features and the champions and measure the models. */
bool hearing_gather(struct hearing *h, const struct hearing_subject *subject, struct file_error *err);
void hearing_done(struct hearing *h); /* fine on zeroes */

/* Whom the candidate is compared with; version 0: nobody. Borrowed. */
const struct champion *hearing_rival(const struct hearing *h);

#endif
