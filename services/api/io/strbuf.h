/*
 * strbuf.h - a growing text in memory: what replies, log lines and pages are written into.
 *
 * Appending never fails half-way: where memory runs out the text is marked bad and stays as it was;
 * who uses it asks strbuf_ok once, at the end.
 */
#ifndef API_STRBUF_H
#define API_STRBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct strbuf {
    char *at; /* [size], not ended by a zero */
    size_t size, capacity;
    bool failed;
};

void strbuf_clear(struct strbuf *t); /* empty, and good again; keeps its memory */
void strbuf_done(struct strbuf *t);
static inline bool strbuf_ok(const struct strbuf *t) {
    return !t->failed;
}

void strbuf_append(struct strbuf *t, const void *bytes, size_t size);
void strbuf_puts(struct strbuf *t, const char *string);
void strbuf_printf(struct strbuf *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A JSON string of `size` bytes of UTF-8, with its quotes. */
void strbuf_json_string(struct strbuf *t, const char *string, size_t size);

/* A share of 1 with at most four decimals and at least one: 0.82, 0.0, 1.0. */
void strbuf_probability(struct strbuf *t, double probability);

/* The memory, to be freed by the caller, and its size; the text is empty afterwards. NULL where it is bad. */
char *strbuf_detach(struct strbuf *t, size_t *size);

#endif
