/* evaluation.h - all that the gate looks at: candidate, champion, hold-out, earlier decisions, and the numbers they
 * give.
 */
#ifndef REGISTER_EVALUATION_H
#define REGISTER_EVALUATION_H

#include "services/common/registry/champion.h"
#include "services/register/gate/gate.h"
#include "services/register/store/alias.h"
#include "services/register/store/candidate.h"

struct evaluation {
    json_t *decisions;          /* all earlier ones; the caller's to read */
    json_t *unreadable;         /* how many values of each input of recent requests were, by name; NULL: none */
    struct candidate candidate; /* the caller's to read */
    struct feature_table table;
    struct champion champion; /* that is serving; version 0: none */
    struct alias
        champion_alias; /* what champion.json says; its forest may be of another format, and then no champion */
    struct champion best_champion; /* under an alarm, where it is another than the champion; version 0 otherwise */
    size_t slice_feature;          /* whose levels are the slices; SIZE_MAX: none */
    struct gate_numbers numbers;
    struct gate_decision decision; /* the caller's to set */
};

/* What is compared, and how; borrowed. */
struct evaluation_subject {
    const struct volume *volume; /* the data folder */
    const char *slices;          /* feature whose levels are slices; NULL: the first categorical one */
    const struct gate_settings *gate;
};

/* Read the features and the champions and measure the models. */
MUST_CHECK bool evaluation_run(struct evaluation *e, const struct evaluation_subject *subject, struct error *err);
void evaluation_done(struct evaluation *e); /* fine on zeroes */

/* Whom the candidate is compared with; version 0: nobody. Borrowed. */
const struct champion *evaluation_baseline(const struct evaluation *e);

#endif
