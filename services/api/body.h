/*
 * body.h - the body of one request as it arrives: small ones beside the connection, large ones on the heap.
 *
 * A chunked body says nothing of its length beforehand.  One that passes its limit is swallowed for a while, so
 * that the client hears why instead of finding the connection cut.
 */
#ifndef API_BODY_H
#define API_BODY_H

#include <stdbool.h>
#include <stddef.h>

enum {
    BODY_SMALL = 1024,       /* bytes kept without the heap */
    BODY_SWALLOWED = 1 << 20 /* bytes that may pass the limit */
};

struct body {
    size_t size, limit;
    size_t swallowed; /* bytes beyond the limit */
    size_t expected;  /* as announced; 0: unknown */
    size_t room;
    char *large; /* NULL as long as it fits into `small` */
    char small[BODY_SMALL];
};

/* Of a new request; a body that is not kept only counts its bytes. */
void body_start(struct body *body);
void body_done(struct body *body);

/* Whether a piece fits within the limit; where not, it is swallowed. */
bool body_admits(struct body *body, size_t size);
static inline bool body_is_too_long(const struct body *body) {
    return body->swallowed > 0;
}

/* Keep a piece that fits; false: no memory. */
bool body_keep(struct body *body, const char *bytes, size_t size);

static inline const char *body_bytes(const struct body *body) {
    return body->large != NULL ? body->large : body->small;
}

#endif
