/*
 * strbuf.h - a text in memory that grows; responses, log lines, pages and rows are written into it.
 *
 * Begin with zeroes. If memory runs out, the text is marked as failed and keeps its old content. Callers check
 * strbuf_ok once, at the end.
 */
#ifndef COMMON_STRBUF_H
#define COMMON_STRBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct strbuf {
    char *at; /* [size], then a zero byte; NULL while nothing was added */
    size_t size, capacity;
    bool failed;
};

void strbuf_clear(struct strbuf *t);                 /* empties it and clears the mark; keeps the memory */
void strbuf_truncate(struct strbuf *t, size_t size); /* size: at most what it has */
void strbuf_done(struct strbuf *t);
static inline bool strbuf_ok(const struct strbuf *t) {
    return !t->failed;
}

/* The text as a string, never NULL; borrowed until the next change. */
const char *strbuf_text(const struct strbuf *t);

void strbuf_append(struct strbuf *t, const void *bytes, size_t size);
void strbuf_puts(struct strbuf *t, const char *string);
void strbuf_printf(struct strbuf *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A JSON string of `size` bytes of UTF-8, with its quotes. */
void strbuf_json_string(struct strbuf *t, const char *string, size_t size);

/* A number from 0 to 1 with one to four decimals: 0.82, 0.0, 1.0. */
void strbuf_probability(struct strbuf *t, double probability);

/* The memory, a string that the caller frees, and its size; the text is empty afterwards. NULL if it is marked as
 * failed. */
char *strbuf_detach(struct strbuf *t, size_t *size);

#endif
