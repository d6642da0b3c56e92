/*
 * cron.h - times in crontab notation: minute, hour, day of the month, month, day of the week; UTC.
 *
 * Each field is "*" or numbers, ranges and steps separated by commas: "0 2 * * *", "15,45 8-18/2 * * 1-5".  Sunday is 0
 * or 7. If both day fields are restricted, either may match (POSIX crontab).  "@hourly", "@daily", "@weekly" and
 * "@monthly" are understood, and "never".
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

/* False if the text is not such a time; then *out is unchanged. */
bool cron_parse(struct cron *out, const char *text);

#define CRON_NEVER INT64_MAX
/* The first such minute after `after`; CRON_NEVER if there is none (such as the 30th of February). */
unix_time cron_next(const struct cron *cron, unix_time after);

/* Whether an event that was planned at `planned` for `next` is due.  It is also due if the clock was set back since:
 * otherwise it would wait until the clock is there again. */
bool cron_due(unix_time next, unix_time planned, unix_time now);

#endif
