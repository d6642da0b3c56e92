/* gate_log.h - what the gate has decided since, read from registry/decisions.ndjson. */
#ifndef DRIFT_GATE_LOG_H
#define DRIFT_GATE_LOG_H

#include "services/common/clock.h"
#include "services/common/publish.h"

/* One judgement of a candidate, in order of time; by the rule for alarms, or the routine's. */
typedef void gate_log_judged(void *user, moment at, bool promoted, bool alarm);

/* Tell of every judgement after `after` and before `until`. A file that is not there holds none. */
bool gate_log_read(const char *data, moment after, moment until, gate_log_judged *judged, void *user,
                   struct file_error *err);

#endif
