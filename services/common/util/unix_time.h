/* unix_time.h - reads and writes times as ISO 8601 in UTC, and gives the current time. */
#ifndef COMMON_UNIX_TIME_H
#define COMMON_UNIX_TIME_H

#include <stdbool.h>
#include <stdint.h>

enum { UNIX_TIME_TEXT = 32 }; /* bytes for any text made here */

/* Seconds since 1970-01-01 UTC. */
typedef int64_t unix_time;

/* "2026-01-31T10:20:30Z" (a fraction and an offset are understood, a date alone is midnight); years 1970 to 2199. */
bool unix_time_parse(const char *text, unix_time *out);
void unix_time_format(unix_time at, char out[UNIX_TIME_TEXT]);
void unix_time_format_day(unix_time at, char out[UNIX_TIME_TEXT]); /* "2026-01-31" */

unix_time unix_time_now(void);
double monotonic_seconds(void); /* seconds, for measuring durations */

#endif
