/* json_text.c - structure without meaning. */
#include "libetl/json_text.h"

#include <string.h>

const char *json_text_space(const char *at, const char *end) {
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    return at;
}

/* Behind the string whose opening quote is at `at`. */
static const char *skip_string(const char *at, const char *end) {
    for (at++; at < end && (unsigned char)*at >= 0x20; at++) {
        if (*at == '"')
            return at + 1;
        at += *at == '\\';
    }
    return NULL;
}

static const char *skip_scalar(const char *at, const char *end) {
    const char *start = at;
    while (at < end && (unsigned char)*at > ' ' && strchr(",]}[{\":", *at) == NULL)
        at++;
    return at > start ? at : NULL;
}

static const char *skip_nested(const char *at, const char *end) {
    size_t depth = 0;
    while (at < end) {
        switch (*at) {
        case '"':
            at = skip_string(at, end);
            if (at == NULL)
                return NULL;
            continue;
        case '{':
        case '[':
            depth++;
            break;
        case '}':
        case ']':
            if (--depth == 0)
                return at + 1;
            break;
        default:
            break;
        }
        at++;
    }
    return NULL;
}

const char *json_text_value(const char *at, const char *end) {
    if (at == end)
        return NULL;
    if (*at == '{' || *at == '[')
        return skip_nested(at, end);
    return *at == '"' ? skip_string(at, end) : skip_scalar(at, end);
}

void json_text_walk(struct json_walk *walk, struct text object) {
    *walk = (struct json_walk){.at = object.at, .end = object.at + object.size, .name = {"", 0}};
    if (object.size > 0)
        walk->at++; /* over the brace */
}

bool json_text_next(struct json_walk *walk) {
    if (walk->value != NULL) {
        const char *behind = json_text_value(walk->value, walk->end);
        if (behind == NULL)
            return false;
        walk->at = json_text_space(behind, walk->end);
        if (walk->at == walk->end || *walk->at != ',')
            return false;
        walk->at++;
    }
    walk->at = json_text_space(walk->at, walk->end);
    if (walk->at == walk->end || *walk->at != '"')
        return false;
    const char *behind = skip_string(walk->at, walk->end);
    if (behind == NULL)
        return false;
    walk->name = (struct text){walk->at + 1, (size_t)(behind - walk->at) - 2};
    walk->at = json_text_space(behind, walk->end);
    if (walk->at == walk->end || *walk->at != ':')
        return false;
    walk->value = json_text_space(walk->at + 1, walk->end);
    return walk->value < walk->end;
}

struct text json_text_member(struct text object, const char *name) {
    struct json_walk walk;
    json_text_walk(&walk, object);
    while (json_text_next(&walk))
        if (text_is(walk.name, name)) {
            const char *behind = json_text_value(walk.value, walk.end);
            return behind != NULL ? (struct text){walk.value, (size_t)(behind - walk.value)} : (struct text){"", 0};
        }
    return (struct text){"", 0};
}

const char *json_text_items(struct text object) {
    struct json_walk walk;
    json_text_walk(&walk, object);
    while (json_text_next(&walk))
        if (*walk.value == '[' && (text_is(walk.name, "data") || text_is(walk.name, "submissions")))
            return walk.value + 1;
    return NULL;
}
