/*
 * run_schedule.h - when the next run is due: data arrived and stopped changing, the nightly time, or a retry.
 *
 * It reads no clock and no files: the caller passes the time and the fingerprint of raw/.
 */
#ifndef PIPELINE_RUN_SCHEDULE_H
#define PIPELINE_RUN_SCHEDULE_H

#include <stdbool.h>

#include "services/common/util/unix_time.h"
#include "services/common/worker/exit_codes.h"
#include "services/pipeline/cron.h"

struct run_schedule_times {
    double quiet;            /* seconds without a change before data count as arrived */
    double retry, max_retry; /* seconds before the first retry, doubled up to the most */
    struct cron nightly;     /* runs whether or not data arrived */
};

struct run_schedule {
    struct run_schedule_times times;
    uint64_t fingerprint;               /* fingerprint of raw/ */
    bool changed;                       /* since the last run began */
    double changed_first, changed_last; /* seconds of the monotonic clock */
    unix_time night, planned;           /* the next nightly run, and when that was computed */
    unsigned retries;
    double retry_at; /* where retries > 0 */
};

#define RUN_SCHEDULE_MAX_QUIET_TIMES 10.0 /* data that never come to rest are taken after this many quiet times */

/* The first run is due once there are data. */
void run_schedule_begin(struct run_schedule *s, const struct run_schedule_times *times, unix_time now);

/* The present fingerprint of raw/ (raw_fingerprint). */
void run_schedule_observe(struct run_schedule *s, uint64_t fingerprint, double seconds);

/* Why a run is due; NULL if none is. */
const char *run_schedule_due(const struct run_schedule *s, unix_time now, double seconds);

void run_schedule_started(struct run_schedule *s, unix_time now);
void run_schedule_ended(struct run_schedule *s, enum exit_code code, double seconds);

#endif
