/* buffer.c - a text that grows. */
#include "services/sample/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool make_room(struct buffer *buffer, size_t more) {
    if (buffer->used + more < buffer->room)
        return true;
    size_t room = 2 * buffer->room + more + 256;
    char *bytes = realloc(buffer->bytes, room);
    if (bytes == NULL) {
        buffer->failed = true;
        return false;
    }
    buffer->bytes = bytes;
    buffer->room = room;
    return true;
}

void buffer_clear(struct buffer *buffer) {
    buffer->used = 0;
    if (buffer->bytes != NULL)
        buffer->bytes[0] = '\0';
}

void buffer_add(struct buffer *buffer, const char *bytes, size_t size) {
    if (size == 0 || !make_room(buffer, size))
        return;
    memcpy(buffer->bytes + buffer->used, bytes, size);
    buffer->used += size;
    buffer->bytes[buffer->used] = '\0';
}

void buffer_put(struct buffer *buffer, const char *words) {
    buffer_add(buffer, words, strlen(words));
}

void buffer_format(struct buffer *buffer, const char *format, ...) {
    char words[600];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(words, sizeof words, format, args);
    va_end(args);
    if (size < 0 || (size_t)size >= sizeof words)
        buffer->failed = true;
    else
        buffer_add(buffer, words, (size_t)size);
}

const char *buffer_text(const struct buffer *buffer) {
    return buffer->bytes != NULL ? buffer->bytes : "";
}

void buffer_done(struct buffer *buffer) {
    free(buffer->bytes);
    *buffer = (struct buffer){0};
}
