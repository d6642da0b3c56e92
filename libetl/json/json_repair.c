/* json_repair.c - parses JSON with jansson after replacing halves of surrogate pairs. */
#include "libetl/json/json_repair.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* The code unit of "\uXXXX", or 0 where there is none. */
static unsigned escaped_unit(const char *at, const char *end) {
    unsigned unit = 0;
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return 0;
    for (int i = 2; i < 6; i++) {
        if (!isxdigit((unsigned char)at[i]))
            return 0;
        unsigned digit = (unsigned)at[i] <= '9' ? (unsigned)(at[i] - '0') : (unsigned)(tolower(at[i]) - 'a' + 10);
        unit = unit * 16 + digit;
    }
    return unit;
}

/* Returns whether there was a half. */
static bool repair_surrogates(char *json, size_t size) {
    const char *end = json + size;
    bool repaired = false;
    for (char *at = json; at < end; at++) {
        if (*at != '\\')
            continue;
        unsigned unit = escaped_unit(at, end);
        if (unit >= 0xD800 && unit < 0xDC00 && escaped_unit(at + 6, end) >> 10 == 0xDC00 >> 10) {
            at += 11;
            continue;
        }
        if (unit >> 11 == 0xD800 >> 11) {
            /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): the text continues */
            memcpy(at + 2, "fffd", 4);
            repaired = true;
        }
        at++; /* skip the escaped character, which may be another backslash */
    }
    return repaired;
}

json_t *etl_json_repair_load(struct etl_text text, json_error_t *problem) {
    json_t *value = json_loadb(text.at, text.size, JSON_ALLOW_NUL, problem);
    char *copy = value == NULL && text.size > 0 ? malloc(text.size) : NULL;
    if (copy == NULL)
        return value;
    memcpy(copy, text.at, text.size);
    if (repair_surrogates(copy, text.size))
        value = json_loadb(copy, text.size, JSON_ALLOW_NUL, problem);
    free(copy);
    return value;
}
