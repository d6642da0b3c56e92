/*
 * buffer.h - a text that grows: rows and objects are put together here before they are written.
 *
 * Running out of memory is remembered in `failed` (as ferror does) and asked for once, at the end.
 */
#ifndef SAMPLE_BUFFER_H
#define SAMPLE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

struct buffer {
    char *bytes; /* [used], then a zero byte; NULL while nothing was added */
    size_t used, room;
    bool failed;
};

void buffer_clear(struct buffer *buffer); /* keeps the room */
void buffer_add(struct buffer *buffer, const char *bytes, size_t size);
void buffer_put(struct buffer *buffer, const char *words);
void buffer_format(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *buffer_text(const struct buffer *buffer); /* never NULL; borrowed until the next change */
void buffer_done(struct buffer *buffer);

#endif
