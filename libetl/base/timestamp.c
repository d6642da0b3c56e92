/* timestamp.c - reads and writes times without the C library's calendar, which is slow and depends on the locale. */
#include "libetl/base/timestamp.h"

#include <string.h>

struct text_cursor {
    const char *at, *end;
};

static bool take(struct text_cursor *c, char wanted) {
    bool there = c->at < c->end && *c->at == wanted;
    c->at += there;
    return there;
}

static bool take_digits(struct text_cursor *c, int count, int64_t *out) {
    *out = 0;
    for (int i = 0; i < count; i++, c->at++) {
        if (c->at == c->end || *c->at < '0' || *c->at > '9')
            return false;
        *out = *out * 10 + (*c->at - '0');
    }
    return true;
}

static bool is_leap(int64_t year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t days_before_year(int64_t year) {
    int64_t y = year - 1;
    return y * 365 + y / 4 - y / 100 + y / 400;
}

static const int16_t days_before_month[13] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

static int64_t days_before(int64_t year, int64_t month) {
    return days_before_month[month - 1] + (month > 2 && is_leap(year));
}

/* One or two digits and a dot. */
static bool take_dotted(struct text_cursor *c, int64_t *out) {
    bool two = c->end - c->at > 1 && c->at[1] != '.';
    return take_digits(c, two ? 2 : 1, out) && take(c, '.');
}

/*
 * With dots the day always comes first. With slashes it comes first in some countries and second in others.
 */
static bool take_parts(struct text_cursor *c, int64_t *year, int64_t *month, int64_t *day) {
    struct text_cursor dots = *c;
    if (take_dotted(&dots, day)) {
        *c = dots;
        return take_dotted(c, month) && take_digits(c, 4, year);
    }
    return take_digits(c, 4, year) && (take(c, '-') || take(c, '/')) && take_digits(c, 2, month) &&
           (take(c, '-') || take(c, '/')) && take_digits(c, 2, day);
}

static bool take_iso_parts(struct text_cursor *c, int64_t *year, int64_t *month, int64_t *day) {
    return take_digits(c, 4, year) && take(c, '-') && take_digits(c, 2, month) && take(c, '-') &&
           take_digits(c, 2, day);
}

/* Days since 1970-01-01; the date must exist. */
static bool take_date(struct text_cursor *c, bool iso, int64_t *days) {
    int64_t year, month, day;
    if (!(iso ? take_iso_parts : take_parts)(c, &year, &month, &day))
        return false;
    if (year < 1970 || year > 2199 || month < 1 || month > 12 || day < 1)
        return false;
    int64_t length = days_before_month[month] - days_before_month[month - 1] + (month == 2 && is_leap(year));
    *days = days_before_year(year) - days_before_year(1970) + days_before(year, month) + day - 1;
    return day <= length;
}

static bool take_clock(struct text_cursor *c, int64_t *seconds) {
    int64_t hour, minute, second = 0;
    if (!take_digits(c, 2, &hour) || !take(c, ':') || !take_digits(c, 2, &minute))
        return false;
    if (take(c, ':')) {
        if (!take_digits(c, 2, &second))
            return false;
        if (take(c, '.'))
            while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
                c->at++;
    }
    *seconds = hour * 3600 + minute * 60 + second;
    return hour < 24 && minute < 60 && second < 61;
}

/* Seconds east of UTC. */
static bool take_zone(struct text_cursor *c, int64_t *east) {
    *east = 0;
    if (c->at == c->end || take(c, 'Z') || take(c, 'z'))
        return true;
    if (c->end - c->at == 3 && memcmp(c->at, "UTC", 3) == 0) {
        c->at = c->end;
        return true;
    }
    int64_t hours, minutes = 0;
    bool west = take(c, '-');
    if (!west && !take(c, '+'))
        return false;
    bool good = take_digits(c, 2, &hours);
    if (take(c, ':') || c->at < c->end)
        good = good && take_digits(c, 2, &minutes);
    *east = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
    return good && hours < 24 && minutes < 60;
}

/* Seconds as in Stripe, or milliseconds as in JavaScript. */
static bool parse_seconds(const char *text, size_t size, int64_t *out) {
    struct text_cursor c = {text, text + size};
    if ((size < 9 || size > 10) && size != 13)
        return false;
    bool digits = take_digits(&c, (int)size, out);
    *out /= size == 13 ? 1000 : 1;
    return digits && *out < ETL_TIMESTAMP_LAST;
}

static bool parse_calendar(const char *text, size_t size, bool iso, int64_t *out) {
    struct text_cursor c = {text, text + size};
    int64_t days, seconds = 0, east = 0;
    if (!take_date(&c, iso, &days))
        return false;
    if (take(&c, 'T') || take(&c, ' ')) {
        if (!take_clock(&c, &seconds))
            return false;
        if (!iso)
            take(&c, ' ');
        if (!take_zone(&c, &east))
            return false;
    }
    int64_t at = days * 86400 + seconds - east;
    if (c.at != c.end || at < 0 || at >= ETL_TIMESTAMP_LAST)
        return false;
    *out = at;
    return true;
}

bool etl_timestamp_parse(const char *text, size_t size, int64_t *out) {
    return parse_seconds(text, size, out) || parse_calendar(text, size, false, out);
}

bool etl_timestamp_parse_iso(const char *text, size_t size, int64_t *out) {
    return parse_calendar(text, size, true, out);
}

static char *put_digits(char *at, int64_t value, int count) {
    for (int i = count - 1; i >= 0; i--, value /= 10)
        at[i] = (char)('0' + value % 10);
    return at + count;
}

void etl_timestamp_format(int64_t at, char out[ETL_TIMESTAMP_TEXT]) {
    at = at < 0 ? 0 : at > ETL_TIMESTAMP_LAST ? ETL_TIMESTAMP_LAST : at;
    int64_t days = at / 86400 + days_before_year(1970), seconds = at % 86400;
    int64_t year = days * 400 / 146097 + 1, month = 12; /* at most one year too late */
    if (days_before_year(year) > days)
        year--;
    else if (days_before_year(year + 1) <= days)
        year++;
    int64_t day = days - days_before_year(year);
    while (days_before(year, month) > day)
        month--;
    char *p = put_digits(out, year, 4);
    *p++ = '-';
    p = put_digits(p, month, 2);
    *p++ = '-';
    p = put_digits(p, day - days_before(year, month) + 1, 2);
    *p++ = 'T';
    p = put_digits(p, seconds / 3600, 2);
    *p++ = ':';
    p = put_digits(p, seconds / 60 % 60, 2);
    *p++ = ':';
    p = put_digits(p, seconds % 60, 2);
    memcpy(p, "Z", 2);
}
