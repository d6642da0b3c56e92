/* strbuf.c - a text in memory that grows. */
#include "services/common/util/strbuf.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Make room for `more` bytes and a zero after them. */
static bool reserve(struct strbuf *t, size_t more) {
    if (t->failed || more > SIZE_MAX / 4 - t->size) {
        t->failed = true;
        return false;
    }
    if (t->size + more < t->capacity)
        return true;
    size_t capacity = t->capacity > 0 ? t->capacity : 256;
    while (capacity <= t->size + more)
        capacity *= 2;
    char *at = realloc(t->at, capacity);
    if (at == NULL) {
        t->failed = true;
        return false;
    }
    t->at = at;
    t->capacity = capacity;
    return true;
}

void strbuf_clear(struct strbuf *t) {
    t->failed = false;
    strbuf_truncate(t, 0);
}

void strbuf_truncate(struct strbuf *t, size_t size) {
    assert(size <= t->size);
    t->size = size;
    if (t->at != NULL)
        t->at[size] = '\0';
}

const char *strbuf_text(const struct strbuf *t) {
    return t->at != NULL ? t->at : "";
}

void strbuf_done(struct strbuf *t) {
    free(t->at);
    *t = (struct strbuf){0};
}

void strbuf_append(struct strbuf *t, const void *bytes, size_t size) {
    if (size > 0 && reserve(t, size)) {
        memcpy(t->at + t->size, bytes, size);
        t->size += size;
        t->at[t->size] = '\0';
    }
}

void strbuf_puts(struct strbuf *t, const char *string) {
    strbuf_append(t, string, strlen(string));
}

void strbuf_printf(struct strbuf *t, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (size < 0 || !reserve(t, (size_t)size)) {
        t->failed = true;
        return;
    }
    va_start(args, format);
    vsnprintf(t->at + t->size, (size_t)size + 1, format, args);
    va_end(args);
    t->size += (size_t)size;
}

/* The escape of a byte in a JSON string; NULL if it needs none. */
static const char *escape(unsigned char c, char out[8]) {
    if (c == '"' || c == '\\')
        snprintf(out, 8, "\\%c", c);
    else if (c < 0x20 || c == 0x7f)
        snprintf(out, 8, "\\u%04x", (unsigned)c);
    else
        return NULL;
    return out;
}

void strbuf_json_string(struct strbuf *t, const char *string, size_t size) {
    char escaped[8];
    size_t from = 0;
    strbuf_append(t, "\"", 1);
    for (size_t i = 0; i < size; i++) {
        const char *instead = escape((unsigned char)string[i], escaped);
        if (instead != NULL) {
            strbuf_append(t, string + from, i - from);
            strbuf_puts(t, instead);
            from = i + 1;
        }
    }
    strbuf_append(t, string + from, size - from);
    strbuf_append(t, "\"", 1);
}

void strbuf_probability(struct strbuf *t, double probability) {
    long n = probability > 0 ? lround((probability < 1 ? probability : 1) * 10000) : 0;
    char digits[6] = {(char)('0' + n / 10000), '.', 0, 0, 0, 0};
    size_t size = 6;
    for (size_t i = 5; i >= 2; i--, n /= 10)
        digits[i] = (char)('0' + n % 10);
    while (size > 3 && digits[size - 1] == '0')
        size--;
    strbuf_append(t, digits, size);
}

char *strbuf_detach(struct strbuf *t, size_t *size) {
    reserve(t, 0);
    char *at = t->at;
    *size = t->size;
    if (t->failed) {
        free(at);
        at = NULL;
    } else {
        at[t->size] = '\0';
    }
    *t = (struct strbuf){0};
    return at;
}
