/* run_schedule.c - decides when the next run is due. */
#include "services/pipeline/run_schedule.h"

#include <stddef.h>

enum { MAX_DOUBLINGS = 30 };

void run_schedule_begin(struct run_schedule *s, const struct run_schedule_times *times, unix_time now) {
    *s = (struct run_schedule){.times = *times, .night = cron_next(&times->nightly, now), .planned = now};
}

void run_schedule_observe(struct run_schedule *s, uint64_t raw_state, double seconds) {
    if (raw_state == s->fingerprint)
        return;
    s->fingerprint = raw_state;
    if (!s->changed)
        s->changed_first = seconds;
    s->changed = true;
    s->changed_last = seconds;
}

const char *run_schedule_due(const struct run_schedule *s, unix_time now, double seconds) {
    if (s->fingerprint == 0)
        return NULL;
    if (s->changed && (seconds - s->changed_last >= s->times.quiet ||
                       seconds - s->changed_first >= RUN_SCHEDULE_MAX_QUIET_TIMES * s->times.quiet))
        return "data arrived";
    if (s->retries > 0 && seconds >= s->retry_at)
        return "retry";
    if (cron_due(s->night, s->planned, now))
        return "nightly";
    return NULL;
}

void run_schedule_started(struct run_schedule *s, unix_time now) {
    s->changed = false;
    if (cron_due(s->night, s->planned, now)) {
        s->night = cron_next(&s->times.nightly, now);
        s->planned = now;
    }
}

void run_schedule_ended(struct run_schedule *s, enum exit_code code, double seconds) {
    if (code != EXIT_TEMPFAIL) {
        s->retries = 0;
        return;
    }
    double wait = s->times.retry;
    for (unsigned i = 0; i < s->retries && i < MAX_DOUBLINGS && wait < s->times.max_retry; i++)
        wait *= 2;
    s->retries++;
    s->retry_at = seconds + (wait < s->times.max_retry ? wait : s->times.max_retry);
}
