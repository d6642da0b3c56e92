/* unix_time.c - times as ISO 8601 text in UTC. */
#include "services/common/util/unix_time.h"

#include <string.h>
#include <time.h>

#include "libetl/base/timestamp.h"

bool unix_time_parse(const char *text, unix_time *out) {
    return etl_timestamp_parse_iso(text, strlen(text), out);
}

void unix_time_format(unix_time at, char out[UNIX_TIME_TEXT]) {
    etl_timestamp_format(at, out);
}

void unix_time_format_day(unix_time at, char out[UNIX_TIME_TEXT]) {
    unix_time_format(at, out);
    out[10] = '\0';
}

unix_time unix_time_now(void) {
    return (unix_time)time(NULL);
}

double monotonic_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}
