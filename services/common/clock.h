/* clock.h - moments: reading and writing ISO 8601 in UTC, and the present (or a pretended one). */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

enum { CLOCK_TEXT = 32 }; /* bytes for any text made here */

/* Seconds since 1970-01-01 UTC. */
typedef int64_t moment;

/* "2026-01-31T10:20:30Z" (a fraction and an offset are understood, a date alone is midnight). */
bool clock_parse(const char *text, moment *out);
void clock_format(moment at, char out[CLOCK_TEXT]);
void clock_format_day(moment at, char out[CLOCK_TEXT]); /* "2026-01-31" */

moment clock_now(void);
double clock_monotonic(void); /* seconds, for measuring durations */

#endif
