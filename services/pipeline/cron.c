/* cron.c - reads times of a crontab and finds the next one. */
#include "services/pipeline/cron.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Two 29ths of February can be eight years apart. */
enum { MINUTE = 60, HOUR = 3600, DAY = 86400, MOST_DAYS = 366 * 8 + 1 };

/* ---- reading ---- */

static bool read_number(const char **at, unsigned *out) {
    char *end;
    if (**at < '0' || **at > '9')
        return false;
    unsigned long value = strtoul(*at, &end, 10);
    *at = end;
    *out = (unsigned)value;
    return value < 100;
}

/* "*", "7", "1-5", each with "/2" or without. */
static bool read_part(const char **at, unsigned min, unsigned max, uint64_t *bits) {
    unsigned from = min, to = max, step = 1;
    bool star = **at == '*';
    if (star) {
        ++*at;
    } else {
        if (!read_number(at, &from))
            return false;
        to = from;
        if (**at == '-') {
            ++*at;
            if (!read_number(at, &to))
                return false;
        } else if (**at == '/') {
            to = max;
        }
    }
    if (**at == '/') {
        ++*at;
        if (!read_number(at, &step) || step == 0)
            return false;
    }
    if (from < min || to > max || from > to)
        return false;
    for (unsigned value = from; value <= to; value += step)
        *bits |= UINT64_C(1) << value;
    return true;
}

static bool read_field(const char **at, unsigned min, unsigned max, uint64_t *bits, bool *any) {
    *at += strspn(*at, " \t");
    *any = **at == '*' && (*at)[1] != '/';
    *bits = 0;
    do {
        if (!read_part(at, min, max, bits))
            return false;
    } while (**at == ',' && *++*at != '\0');
    return **at == '\0' || **at == ' ' || **at == '\t';
}

static const char *expand_alias(const char *text) {
    static const char *const aliases[][2] = {
        {"@hourly", "0 * * * *"}, {"@daily", "0 0 * * *"}, {"@weekly", "0 0 * * 0"}, {"@monthly", "0 0 1 * *"}};
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcmp(text, aliases[i][0]) == 0)
            return aliases[i][1];
    return text;
}

bool cron_parse(struct cron *out, const char *text) {
    uint64_t minutes, hours, days, months, weekdays;
    bool any, any_day, any_weekday;
    if (strcmp(text, "never") == 0) {
        *out = (struct cron){0};
        return true;
    }
    const char *at = expand_alias(text);
    if (!read_field(&at, 0, 59, &minutes, &any) || !read_field(&at, 0, 23, &hours, &any) ||
        !read_field(&at, 1, 31, &days, &any_day) || !read_field(&at, 1, 12, &months, &any) ||
        !read_field(&at, 0, 7, &weekdays, &any_weekday))
        return false;
    at += strspn(at, " \t");
    weekdays |= weekdays >> 7; /* 7 is Sunday too */
    if (*at != '\0')
        return false;
    *out = (struct cron){minutes, (uint32_t)hours, (uint32_t)days, (uint32_t)months, (uint32_t)weekdays,
                         any_day, any_weekday};
    return true;
}

/* ---- finding ---- */

static bool has_day(const struct cron *c, const struct tm *t) {
    bool day = c->days >> t->tm_mday & 1, weekday = c->weekdays >> t->tm_wday & 1;
    bool either = !c->any_day && !c->any_weekday;
    return (c->months >> (t->tm_mon + 1) & 1) && (either ? day || weekday : day && weekday);
}

/* The first minute of a day from second `from` of it on; -1 if there is none. */
static unix_time in_day(const struct cron *c, unix_time from) {
    for (unix_time second = (from + MINUTE - 1) / MINUTE * MINUTE; second < DAY; second += MINUTE)
        if ((c->hours >> (second / 3600) & 1) && (c->minutes >> (second / MINUTE % 60) & 1))
            return second;
    return -1;
}

unix_time cron_next(const struct cron *c, unix_time after) {
    unix_time from = after + 1, midnight = from - from % DAY;
    for (int i = 0; i < MOST_DAYS && c->minutes != 0; i++, midnight += DAY) {
        time_t when = (time_t)midnight;
        struct tm t;
        gmtime_r(&when, &t);
        unix_time second = has_day(c, &t) ? in_day(c, i == 0 ? from % DAY : 0) : -1;
        if (second >= 0)
            return midnight + second;
    }
    return CRON_NEVER;
}

/* Corrections of less than an hour happen every day. */
bool cron_due(unix_time next, unix_time planned, unix_time now) {
    return next != CRON_NEVER && (now >= next || now < planned - HOUR);
}
