/* template.c - fills the gaps of JSON templates. */
#include "services/sample/template.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void fields_clear(struct fields *fields) {
    fields->count = fields->used = 0;
}

/* Where the name stands; fields->count where it does not. */
static size_t find(const struct fields *fields, const char *name, size_t length) {
    size_t i = 0;
    while (i < fields->count && (strncmp(fields->name[i], name, length) != 0 || fields->name[i][length] != '\0'))
        i++;
    return i;
}

void fields_borrow(struct fields *fields, const char *name, const char *value) {
    size_t place = find(fields, name, strlen(name));
    assert(place < TEMPLATE_FIELDS);
    fields->name[place] = name;
    fields->value[place] = value;
    fields->count += place == fields->count;
}

void fields_set(struct fields *fields, const char *name, const char *format, ...) {
    char *value = fields->room + fields->used;
    va_list args;
    va_start(args, format);
    int size = vsnprintf(value, sizeof fields->room - fields->used, format, args);
    va_end(args);
    assert(size >= 0 && (size_t)size < sizeof fields->room - fields->used);
    fields->used += (size_t)size + 1;
    fields_borrow(fields, name, value);
}

const char *fields_get(const struct fields *fields, const char *name) {
    size_t place = find(fields, name, strlen(name));
    assert(place < fields->count);
    return fields->value[place];
}

void template_render(struct buffer *out, const char *template, const struct fields *fields) {
    for (const char *at = template; *at != '\0';) {
        size_t plain = strcspn(at, "'$");
        buffer_add(out, at, plain);
        at += plain;
        if (*at == '\'') {
            buffer_add(out, "\"", 1);
            at++;
        } else if (*at == '$') {
            size_t length = strspn(++at, "abcdefghijklmnopqrstuvwxyz_");
            size_t place = find(fields, at, length);
            assert(place < fields->count); /* a gap that nobody filled is our mistake */
            buffer_put(out, fields->value[place]);
            at += length;
        }
    }
}
