/* gate_decisions.h - what the gate has decided since, read from registry/decisions.ndjson. */
#ifndef DRIFT_GATE_DECISIONS_H
#define DRIFT_GATE_DECISIONS_H

#include "services/common/store/volume.h"
#include "services/common/util/error.h"
#include "services/common/util/unix_time.h"

/* What became of a candidate, in order of time. */
enum gate_decision_outcome {
    GATE_DECISION_REJECTED,
    GATE_DECISION_HELD, /* it waits for a person's approval */
    GATE_DECISION_PROMOTED,
    GATE_DECISION_APPROVED /* one that was held is promoted */
};

/* alarm: it was judged by the rule for alarms, not by the routine's. */
typedef void gate_decisions_callback(void *user, unix_time at, enum gate_decision_outcome end, bool alarm);

/* Tell of every judgement and approval after `after` and before `until`. A file that is not there holds none. */
MUST_CHECK bool gate_decisions_read(const struct volume *volume, unix_time after, unix_time until,
                                    gate_decisions_callback *callback, void *user, struct error *err);

#endif
