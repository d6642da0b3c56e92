/* schedule.c - decides when the next run is due. */
#include "services/pipeline/schedule.h"

#include <stddef.h>

enum { MOST_DOUBLINGS = 30 };

void schedule_begin(struct schedule *s, const struct schedule_times *times, moment now) {
    *s = (struct schedule){.times = *times, .night = cron_next(&times->nightly, now), .planned = now};
}

void schedule_look(struct schedule *s, uint64_t fingerprint, double seconds) {
    if (fingerprint == s->seen)
        return;
    s->seen = fingerprint;
    if (!s->changed)
        s->changed_first = seconds;
    s->changed = true;
    s->changed_last = seconds;
}

const char *schedule_due(const struct schedule *s, moment now, double seconds) {
    if (s->seen == 0)
        return NULL;
    if (s->changed && (seconds - s->changed_last >= s->times.quiet ||
                       seconds - s->changed_first >= SCHEDULE_PATIENCE * s->times.quiet))
        return "data arrived";
    if (s->retries > 0 && seconds >= s->retry_at)
        return "retry";
    if (cron_due(s->night, s->planned, now))
        return "nightly";
    return NULL;
}

void schedule_started(struct schedule *s, moment now) {
    s->changed = false;
    if (cron_due(s->night, s->planned, now)) {
        s->night = cron_next(&s->times.nightly, now);
        s->planned = now;
    }
}

void schedule_ended(struct schedule *s, enum exit_code code, double seconds) {
    if (code != EXIT_TRY_LATER) {
        s->retries = 0;
        return;
    }
    double wait = s->times.retry;
    for (unsigned i = 0; i < s->retries && i < MOST_DOUBLINGS && wait < s->times.retry_most; i++)
        wait *= 2;
    s->retries++;
    s->retry_at = seconds + (wait < s->times.retry_most ? wait : s->times.retry_most);
}
