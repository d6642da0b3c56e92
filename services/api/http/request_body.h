/*
 * request_body.h - the body of one request as it arrives: small ones beside the connection, large ones on the heap.
 *
 * A chunked body says nothing of its length beforehand.  One that passes its limit is swallowed for a while, so
 * that the client hears why instead of finding the connection cut.
 */
#ifndef API_REQUEST_BODY_H
#define API_REQUEST_BODY_H

#include <stdbool.h>
#include <stddef.h>

enum {
    REQUEST_BODY_INLINE = 1024,          /* bytes kept without the heap */
    REQUEST_BODY_MAX_DISCARDED = 1 << 20 /* bytes that may pass the limit */
};

struct request_body {
    size_t size, limit;
    size_t discarded; /* bytes beyond the limit */
    size_t expected;  /* as announced; 0: unknown */
    size_t capacity;
    char *heap_bytes; /* NULL as long as it fits into `small` */
    char inline_bytes[REQUEST_BODY_INLINE];
};

/* Of a new request; a body that is not kept only counts its bytes. */
void request_body_start(struct request_body *body);
void request_body_done(struct request_body *body);

/* Whether a piece fits within the limit; where not, it is swallowed. */
bool request_body_accept(struct request_body *body, size_t size);
static inline bool request_body_is_too_long(const struct request_body *body) {
    return body->discarded > 0;
}

/* Keep a piece that fits; false: no memory. */
bool request_body_append(struct request_body *body, const char *bytes, size_t size);

static inline const char *request_body_bytes(const struct request_body *body) {
    return body->heap_bytes != NULL ? body->heap_bytes : body->inline_bytes;
}

#endif
