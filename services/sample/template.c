/* template.c - fills the gaps of JSON templates. */
#include "services/sample/template.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void fields_clear(struct fields *fields) {
    memset(fields->name, 0, sizeof fields->name);
    fields->used = 0;
}

/* The slot of a name, or the free slot for it. */
static size_t find(const struct fields *fields, const char *name, size_t length) {
    size_t slot = length;
    for (size_t i = 0; i < length; i++)
        slot = slot * 31 + (unsigned char)name[i];
    slot %= TEMPLATE_SLOTS;
    const char *there;
    while ((there = fields->name[slot]) != NULL && (strncmp(there, name, length) != 0 || there[length] != '\0'))
        slot = (slot + 1) % TEMPLATE_SLOTS;
    return slot;
}

void fields_borrow(struct fields *fields, const char *name, const char *value) {
    size_t slot = find(fields, name, strlen(name));
    fields->name[slot] = name;
    fields->value[slot] = value;
}

void fields_set(struct fields *fields, const char *name, const char *format, ...) {
    char *value = fields->capacity + fields->used;
    va_list args;
    va_start(args, format);
    int size = vsnprintf(value, sizeof fields->capacity - fields->used, format, args);
    va_end(args);
    assert(size >= 0 && (size_t)size < sizeof fields->capacity - fields->used);
    fields->used += (size_t)size + 1;
    fields_borrow(fields, name, value);
}

const char *fields_get(const struct fields *fields, const char *name) {
    size_t slot = find(fields, name, strlen(name));
    assert(fields->name[slot] != NULL);
    return fields->value[slot];
}

void template_render(struct strbuf *out, const char *template, const struct fields *fields) {
    for (const char *at = template; *at != '\0';) {
        size_t plain = strcspn(at, "'$");
        strbuf_append(out, at, plain);
        at += plain;
        if (*at == '\'') {
            strbuf_append(out, "\"", 1);
            at++;
        } else if (*at == '$') {
            size_t length = strspn(++at, "abcdefghijklmnopqrstuvwxyz_");
            size_t slot = find(fields, at, length);
            assert(fields->name[slot] != NULL); /* a gap without a value is a fault of the program */
            strbuf_puts(out, fields->value[slot]);
            at += length;
        }
    }
}
