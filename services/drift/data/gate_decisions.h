/* gate_decisions.h - the gate's decisions, read from registry/decisions.ndjson. */
#ifndef DRIFT_GATE_DECISIONS_H
#define DRIFT_GATE_DECISIONS_H

#include "services/common/store/volume.h"
#include "services/common/util/error.h"
#include "services/common/util/unix_time.h"

/* The outcome of a candidate, in the order of time. */
enum gate_decision_outcome {
    GATE_DECISION_REJECTED,
    GATE_DECISION_HELD, /* it waits for a person's approval */
    GATE_DECISION_PROMOTED,
    GATE_DECISION_APPROVED /* one that was held is promoted */
};

/* alarm: the gate applied the rule for alarms, not the routine rule. */
typedef void gate_decisions_callback(void *user, unix_time at, enum gate_decision_outcome end, bool alarm);

/* Report every decision and approval after `after` and before `until`. A missing file has none. */
MUST_CHECK bool gate_decisions_read(const struct volume *volume, unix_time after, unix_time until,
                                    gate_decisions_callback *callback, void *user, struct error *err);

#endif
