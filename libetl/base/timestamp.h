/*
 * timestamp.h - reads and writes times, in seconds since 1970-01-01 UTC.
 *
 * Understood: "2026-01-31", "2026-01-31T10:20", "2026-01-31 10:20:30.123456", each with "Z", "UTC", "+02:00" or
 * "-0530" after the time or nothing (UTC); "2026/01/31" and "31.1.2026" alike; seconds since 1970 ("1767222000"), or
 * milliseconds.  "01/02/2026" is ambiguous and rejected.  Years are 1970 to 2200: anything else is a mistake in the
 * data.
 */
#ifndef LIBETL_TIMESTAMP_H
#define LIBETL_TIMESTAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ETL_TIMESTAMP_TEXT = 21 };              /* "2026-01-31T10:20:30Z" and its final zero */
#define ETL_TIMESTAMP_LAST INT64_C(7258118400) /* the end of 2199 */

/* Read a text that contains a time and nothing else. */
bool etl_timestamp_parse(const char *text, size_t size, int64_t *out);
/* The same for texts of our programs: a date with hyphens, year first, and what may follow it. */
bool etl_timestamp_parse_iso(const char *text, size_t size, int64_t *out);

void etl_timestamp_format(int64_t at, char out[ETL_TIMESTAMP_TEXT]); /* 0 .. ETL_TIMESTAMP_LAST */

#endif
