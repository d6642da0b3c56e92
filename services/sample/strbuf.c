/* strbuf.c - a text that grows. */
#include "services/sample/strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct strbuf *buffer, size_t more) {
    if (buffer->used + more < buffer->capacity)
        return true;
    size_t capacity = 2 * buffer->capacity + more + 256;
    char *bytes = realloc(buffer->bytes, capacity);
    if (bytes == NULL) {
        buffer->failed = true;
        return false;
    }
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return true;
}

void strbuf_clear(struct strbuf *buffer) {
    buffer->used = 0;
    if (buffer->bytes != NULL)
        buffer->bytes[0] = '\0';
}

void strbuf_append(struct strbuf *buffer, const char *bytes, size_t size) {
    if (size == 0 || !reserve(buffer, size))
        return;
    memcpy(buffer->bytes + buffer->used, bytes, size);
    buffer->used += size;
    buffer->bytes[buffer->used] = '\0';
}

void strbuf_puts(struct strbuf *buffer, const char *text) {
    strbuf_append(buffer, text, strlen(text));
}

void strbuf_printf(struct strbuf *buffer, const char *format, ...) {
    char text[600];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (size < 0 || (size_t)size >= sizeof text)
        buffer->failed = true;
    else
        strbuf_append(buffer, text, (size_t)size);
}

const char *strbuf_text(const struct strbuf *buffer) {
    return buffer->bytes != NULL ? buffer->bytes : "";
}

void strbuf_done(struct strbuf *buffer) {
    free(buffer->bytes);
    *buffer = (struct strbuf){0};
}
