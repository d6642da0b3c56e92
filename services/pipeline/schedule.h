/*
 * schedule.h - when the next run is due: data arrived and are quiet, the nightly time, or a retry.
 *
 * It knows no clock and no files: it is told the time and what raw/ looks like.
 */
#ifndef PIPELINE_SCHEDULE_H
#define PIPELINE_SCHEDULE_H

#include <stdbool.h>

#include "services/common/clock.h"
#include "services/common/exit_codes.h"
#include "services/pipeline/cron.h"

struct schedule_times {
    double quiet;             /* seconds without a change before data count as arrived */
    double retry, retry_most; /* seconds before the first retry, doubled up to the most */
    struct cron nightly;      /* runs whether or not data arrived */
};

struct schedule {
    struct schedule_times times;
    uint64_t seen;                      /* fingerprint of raw/ */
    bool changed;                       /* since the last run began */
    double changed_first, changed_last; /* seconds of the monotonic clock */
    moment night, planned;              /* the next nightly run, and when that was found */
    unsigned retries;
    double retry_at; /* where retries > 0 */
};

enum { SCHEDULE_PATIENCE = 10 }; /* data that never come to rest are taken after this many quiet times */

/* The first run is due once there are data. */
void schedule_begin(struct schedule *s, const struct schedule_times *times, moment now);

/* What raw/ looks like (arrivals_fingerprint). */
void schedule_look(struct schedule *s, uint64_t fingerprint, double seconds);

/* Why a run is due; NULL where none is. */
const char *schedule_due(const struct schedule *s, moment now, double seconds);

void schedule_started(struct schedule *s, moment now);
void schedule_ended(struct schedule *s, enum exit_code code, double seconds);

#endif
