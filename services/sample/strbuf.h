/*
 * strbuf.h - a text that grows: rows and objects are put together here before they are written.
 *
 * Running out of memory is remembered in `failed` (as ferror does) and asked for once, at the end.
 */
#ifndef SAMPLE_STRBUF_H
#define SAMPLE_STRBUF_H

#include <stdbool.h>
#include <stddef.h>

struct strbuf {
    char *bytes; /* [used], then a zero byte; NULL while nothing was added */
    size_t used, capacity;
    bool failed;
};

void strbuf_clear(struct strbuf *buffer); /* keeps the room */
void strbuf_append(struct strbuf *buffer, const char *bytes, size_t size);
void strbuf_puts(struct strbuf *buffer, const char *text);
void strbuf_printf(struct strbuf *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *strbuf_text(const struct strbuf *buffer); /* never NULL; borrowed until the next change */
void strbuf_done(struct strbuf *buffer);

#endif
