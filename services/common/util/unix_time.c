/* unix_time.c - moments as ISO 8601 text in UTC. */
#include "services/common/util/unix_time.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static bool digits(const char **at, int count, int *out) {
    *out = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *out = *out * 10 + (**at - '0');
    }
    return true;
}

static bool skip(const char **at, char c) {
    bool there = **at == c;
    *at += there;
    return there;
}

static bool parse_date(const char **at, struct tm *t) {
    bool good = digits(at, 4, &t->tm_year) && skip(at, '-') && digits(at, 2, &t->tm_mon) && skip(at, '-') &&
                digits(at, 2, &t->tm_mday);
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (!good || t->tm_mon < 1 || t->tm_mon > 12)
        return false;
    bool leap = (t->tm_year % 4 == 0 && t->tm_year % 100 != 0) || t->tm_year % 400 == 0;
    int last = days[t->tm_mon - 1] + (t->tm_mon == 2 && leap);
    bool inside = t->tm_mday >= 1 && t->tm_mday <= last;
    t->tm_year -= 1900;
    t->tm_mon -= 1;
    return inside;
}

static bool parse_time(const char **at, struct tm *t) {
    if (!digits(at, 2, &t->tm_hour) || !skip(at, ':') || !digits(at, 2, &t->tm_min))
        return false;
    if (skip(at, ':')) {
        if (!digits(at, 2, &t->tm_sec))
            return false;
        if (skip(at, '.'))
            *at += strspn(*at, "0123456789");
    }
    return t->tm_hour < 24 && t->tm_min < 60 && t->tm_sec < 61;
}

/* "Z", "+02:00", "-0530" or nothing (UTC). */
static bool parse_zone(const char **at, int *seconds) {
    *seconds = 0;
    if (skip(at, 'Z') || **at == '\0')
        return true;
    int sign = **at == '-' ? -1 : 1, hours = 0, minutes = 0;
    if (!skip(at, '+') && !skip(at, '-'))
        return false;
    bool good = digits(at, 2, &hours);
    skip(at, ':');
    good = good && digits(at, 2, &minutes) && hours < 24 && minutes < 60;
    *seconds = sign * (hours * 3600 + minutes * 60);
    return good;
}

bool unix_time_parse(const char *text, unix_time *out) {
    struct tm t = {0};
    int zone = 0;
    const char *at = text;
    if (!parse_date(&at, &t))
        return false;
    if ((skip(&at, 'T') || skip(&at, ' ')) && (!parse_time(&at, &t) || !parse_zone(&at, &zone)))
        return false;
    if (*at != '\0')
        return false;
    *out = (unix_time)timegm(&t) - zone;
    return true;
}

void unix_time_format(unix_time at, char out[UNIX_TIME_TEXT]) {
    time_t when = (time_t)at;
    struct tm t;
    gmtime_r(&when, &t);
    strftime(out, UNIX_TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &t);
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
