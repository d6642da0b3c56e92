/* buffer.c - a growing text in memory. */
#include "services/api/buffer.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(struct buffer *t, size_t more) {
    if (t->bad || more > SIZE_MAX / 4 - t->size) {
        t->bad = true;
        return false;
    }
    if (t->size + more <= t->room)
        return true;
    size_t room = t->room > 0 ? t->room : 256;
    while (room < t->size + more)
        room *= 2;
    char *at = realloc(t->at, room);
    if (at == NULL) {
        t->bad = true;
        return false;
    }
    t->at = at;
    t->room = room;
    return true;
}

void buffer_clear(struct buffer *t) {
    t->size = 0;
    t->bad = false;
}

void buffer_done(struct buffer *t) {
    free(t->at);
    *t = (struct buffer){0};
}

void buffer_bytes(struct buffer *t, const void *bytes, size_t size) {
    if (size > 0 && make_room(t, size)) {
        memcpy(t->at + t->size, bytes, size);
        t->size += size;
    }
}

void buffer_string(struct buffer *t, const char *string) {
    buffer_bytes(t, string, strlen(string));
}

void buffer_format(struct buffer *t, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (size < 0 || !make_room(t, (size_t)size + 1)) {
        t->bad = true;
        return;
    }
    va_start(args, format);
    vsnprintf(t->at + t->size, (size_t)size + 1, format, args);
    va_end(args);
    t->size += (size_t)size;
}

/* How a byte stands in a JSON string: NULL as itself. */
static const char *escape(unsigned char c, char out[8]) {
    if (c == '"' || c == '\\')
        snprintf(out, 8, "\\%c", c);
    else if (c < 0x20 || c == 0x7f)
        snprintf(out, 8, "\\u%04x", (unsigned)c);
    else
        return NULL;
    return out;
}

void buffer_quoted(struct buffer *t, const char *string, size_t size) {
    char escaped[8];
    size_t from = 0;
    buffer_bytes(t, "\"", 1);
    for (size_t i = 0; i < size; i++) {
        const char *instead = escape((unsigned char)string[i], escaped);
        if (instead != NULL) {
            buffer_bytes(t, string + from, i - from);
            buffer_string(t, instead);
            from = i + 1;
        }
    }
    buffer_bytes(t, string + from, size - from);
    buffer_bytes(t, "\"", 1);
}

void buffer_share(struct buffer *t, double share) {
    long n = share > 0 ? lround((share < 1 ? share : 1) * 10000) : 0;
    char digits[6] = {(char)('0' + n / 10000), '.', 0, 0, 0, 0};
    size_t size = 6;
    for (size_t i = 5; i >= 2; i--, n /= 10)
        digits[i] = (char)('0' + n % 10);
    while (size > 3 && digits[size - 1] == '0')
        size--;
    buffer_bytes(t, digits, size);
}

char *buffer_take(struct buffer *t, size_t *size) {
    char *at = t->at;
    *size = t->size;
    if (t->bad) {
        free(at);
        at = NULL;
    }
    *t = (struct buffer){0};
    return at;
}
