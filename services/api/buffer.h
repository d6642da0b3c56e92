/*
 * buffer.h - a growing text in memory: what replies, log lines and pages are written into.
 *
 * Appending never fails half-way: where memory runs out the text is marked bad and stays as it was;
 * who uses it asks buffer_good once, at the end.
 */
#ifndef API_BUFFER_H
#define API_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
    char *at; /* [size], not ended by a zero */
    size_t size, room;
    bool bad;
};

void buffer_clear(struct buffer *t); /* empty, and good again; keeps its memory */
void buffer_done(struct buffer *t);
static inline bool buffer_good(const struct buffer *t) {
    return !t->bad;
}

void buffer_bytes(struct buffer *t, const void *bytes, size_t size);
void buffer_string(struct buffer *t, const char *string);
void buffer_format(struct buffer *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A JSON string of `size` bytes of UTF-8, with its quotes. */
void buffer_quoted(struct buffer *t, const char *string, size_t size);

/* A share of 1 with at most four decimals and at least one: 0.82, 0.0, 1.0. */
void buffer_share(struct buffer *t, double share);

/* The memory, to be freed by the caller, and its size; the text is empty afterwards. NULL where it is bad. */
char *buffer_take(struct buffer *t, size_t *size);

#endif
