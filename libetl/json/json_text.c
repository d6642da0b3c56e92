/* json_text.c - finds the ends of values and the members of objects. */
#include "libetl/json/json_text.h"

#include <stdint.h>
#include <string.h>

const char *etl_json_text_space(const char *at, const char *end) {
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    return at;
}

/*
 * The position after the string whose opening quote is at `at`; NULL, and where the error is, if it does not end.  A
 * tab makes a string invalid, but its end is still clear.
 */
static const char *skip_string(const char *at, const char *end, const char **stopped) {
    for (at++; at < end && ((unsigned char)*at >= 0x20 || *at == '\t'); at++) {
        if (*at == '"')
            return at + 1;
        at += *at == '\\';
    }
    *stopped = at < end ? at : end;
    return NULL;
}

static const char *skip_scalar(const char *at, const char *end) {
    const char *start = at;
    while (at < end && (unsigned char)*at > ' ' && strchr(",]}[{\":", *at) == NULL)
        at++;
    return at > start ? at : NULL;
}

/*
 * An object that ends with a bracket, or an array that ends with a brace, gives NULL: otherwise a missing bracket
 * would include the text that follows.  Only the outer levels are checked like this.
 */
static const char *skip_nested(const char *at, const char *end, const char **stopped) {
    enum { LEVELS = 64 };
    size_t depth = 0;
    uint64_t arrays = 0; /* bit i: level i is one */
    for (; at < end; at++) {
        if (*at == '"') {
            const char *behind = skip_string(at, end, stopped);
            if (behind == NULL)
                return NULL;
            at = behind - 1;
        } else if (*at == '{' || *at == '[') {
            if (depth < LEVELS)
                arrays = (arrays & ~(UINT64_C(1) << depth)) | (uint64_t)(*at == '[') << depth;
            depth++;
        } else if (*at == '}' || *at == ']') {
            if (--depth < LEVELS && (arrays >> depth & 1) != (*at == ']')) {
                *stopped = at;
                return NULL;
            }
            if (depth == 0)
                return at + 1;
        }
    }
    *stopped = end;
    return NULL;
}

const char *etl_json_text_value_to(const char *at, const char *end, const char **stopped) {
    *stopped = end;
    if (at == end)
        return NULL;
    if (*at == '{' || *at == '[')
        return skip_nested(at, end, stopped);
    return *at == '"' ? skip_string(at, end, stopped) : skip_scalar(at, end);
}

const char *etl_json_text_value(const char *at, const char *end) {
    const char *stopped;
    return etl_json_text_value_to(at, end, &stopped);
}

/* An iterator over an object's members. */
struct json_walk {
    const char *at, *end;
    struct etl_text name; /* between its quotes */
    const char *value;
};

static void walk_begin(struct json_walk *walk, struct etl_text object) {
    *walk = (struct json_walk){.at = object.at, .end = object.at + object.size, .name = {"", 0}};
    if (object.size > 0)
        walk->at++; /* skip the brace */
}

/* False after the last member, and if the text is invalid. */
static bool walk_next(struct json_walk *walk) {
    const char *stopped;
    if (walk->value != NULL) {
        const char *behind = etl_json_text_value(walk->value, walk->end);
        if (behind == NULL)
            return false;
        walk->at = etl_json_text_space(behind, walk->end);
        if (walk->at == walk->end || *walk->at != ',')
            return false;
        walk->at++;
    }
    walk->at = etl_json_text_space(walk->at, walk->end);
    if (walk->at == walk->end || *walk->at != '"')
        return false;
    const char *behind = skip_string(walk->at, walk->end, &stopped);
    if (behind == NULL)
        return false;
    walk->name = (struct etl_text){walk->at + 1, (size_t)(behind - walk->at) - 2};
    walk->at = etl_json_text_space(behind, walk->end);
    if (walk->at == walk->end || *walk->at != ':')
        return false;
    walk->value = etl_json_text_space(walk->at + 1, walk->end);
    return walk->value < walk->end;
}

struct etl_text etl_json_text_member(struct etl_text object, const char *name) {
    struct json_walk walk;
    walk_begin(&walk, object);
    while (walk_next(&walk))
        if (etl_text_is(walk.name, name)) {
            const char *behind = etl_json_text_value(walk.value, walk.end);
            return behind != NULL ? (struct etl_text){walk.value, (size_t)(behind - walk.value)}
                                  : (struct etl_text){"", 0};
        }
    return (struct etl_text){"", 0};
}

const char *etl_json_text_items(struct etl_text object) {
    struct json_walk walk;
    walk_begin(&walk, object);
    while (walk_next(&walk))
        if (*walk.value == '[' && (etl_text_is(walk.name, "data") || etl_text_is(walk.name, "submissions")))
            return walk.value + 1;
    return NULL;
}
