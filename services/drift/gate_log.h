/* gate_log.h - what the gate has decided since, read from registry/decisions.ndjson. */
#ifndef DRIFT_GATE_LOG_H
#define DRIFT_GATE_LOG_H

#include "services/common/clock.h"
#include "services/common/publish.h"

/* What became of a candidate, in order of time. */
enum gate_log_end {
    GATE_LOG_REFUSED,
    GATE_LOG_HELD, /* it waits for a person's approval */
    GATE_LOG_PROMOTED,
    GATE_LOG_APPROVED /* one that was held is promoted */
};

/* alarm: it was judged by the rule for alarms, not by the routine's. */
typedef void gate_log_judged(void *user, moment at, enum gate_log_end end, bool alarm);

/* Tell of every judgement and approval after `after` and before `until`. A file that is not there holds none. */
bool gate_log_read(const char *data, moment after, moment until, gate_log_judged *judged, void *user,
                   struct file_error *err);

#endif
