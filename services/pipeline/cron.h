/*
 * cron.h - times told as in a crontab: minute, hour, day of the month, month, day of the week; UTC.
 *
 * Each field is "*" or numbers, ranges and steps apart by commas: "0 2 * * *", "15,45 8-18/2 * * 1-5".  Sunday is 0
 * or 7. Where both days are restricted either will do (POSIX crontab).  "@hourly", "@daily", "@weekly" and "@monthly"
 * are understood, and "never".
 */
#ifndef PIPELINE_CRON_H
#define PIPELINE_CRON_H

#include <stdbool.h>
#include <stdint.h>

#include "services/common/util/unix_time.h"

struct cron {
    uint64_t minutes; /* bit n: minute n, and so on; all empty: never */
    uint32_t hours, days, months, weekdays;
    bool any_day, any_weekday;
};

/* false where the text is no such time; *out is left alone then. */
bool cron_parse(struct cron *out, const char *text);

#define CRON_NEVER INT64_MAX
/* The first such minute after `after`; CRON_NEVER where there is none (also the 30th of February). */
unix_time cron_next(const struct cron *cron, unix_time after);

/* Whether what was planned at a moment for a next one is due: also when the clock was set back since, or it would wait
 * until the clock is there again. */
bool cron_due(unix_time next, unix_time planned, unix_time now);

#endif
