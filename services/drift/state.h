/*
 * state.h - monitoring/state.json: the state that is kept from one run to the next.
 *
 * The decision's state, where the reference begins, how far the gate's decisions were followed, and the
 * threshold with the key of what it was calibrated for.
 */
#ifndef DRIFT_STATE_H
#define DRIFT_STATE_H

#include "services/common/store/files.h"
#include "services/common/store/volume.h"
#include "services/drift/decision.h"

struct state {
    struct decision_state decision;
    unix_time reference_since;     /* 0: with the first call */
    unix_time rebased_at;          /* when a person last rebased, from which the gate's anchor counts; 0: never */
    unix_time gate_followed_until; /* decisions until here were followed */
    double threshold;
    char threshold_key[SHA256_HEX];
    double per_day;         /* calls a day that it was found for; 0: none was */
    char drift_stream[256]; /* whose change raised the alarm */
    char reason[300];       /* of the last answer, in one line */
};

/* A missing file is the state before the first run. */
MUST_CHECK bool state_read(struct state *out, const struct volume *volume, struct error *err);
/* Times later than `now` come from a clock that was ahead: they are set to now. */
void state_forget_future(struct state *state, unix_time now);
MUST_CHECK bool state_publish(const struct state *state, const struct volume *volume, unix_time day, struct error *err);

/* {"level","cause",...} */
json_t *state_describe(const struct state *state);

#endif
