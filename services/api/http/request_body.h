/*
 * request_body.h - the body of one request as it arrives: small ones in the connection, large ones on the heap.
 *
 * A chunked body does not announce its length.  If a body exceeds its limit, some more of it is read and discarded, so
 * that the client gets the error reply instead of a closed connection.
 */
#ifndef API_REQUEST_BODY_H
#define API_REQUEST_BODY_H

#include <stdbool.h>
#include <stddef.h>

enum {
    REQUEST_BODY_INLINE = 1024,          /* bytes kept in the struct */
    REQUEST_BODY_MAX_DISCARDED = 1 << 20 /* bytes that may exceed the limit before the connection is closed */
};

struct request_body {
    size_t size, limit;
    size_t discarded; /* bytes read beyond the limit */
    size_t expected;  /* announced length; 0: unknown */
    size_t capacity;
    char *heap_bytes; /* NULL while the body fits into `small` */
    char inline_bytes[REQUEST_BODY_INLINE];
};

/* Start a new request's body. A body that is not kept is only counted. */
void request_body_start(struct request_body *body);
void request_body_done(struct request_body *body);

/* Whether a piece fits within the limit. If not, it is discarded. */
bool request_body_accept(struct request_body *body, size_t size);
static inline bool request_body_is_too_long(const struct request_body *body) {
    return body->discarded > 0;
}

/* Append a piece that fits; false: no memory. */
bool request_body_append(struct request_body *body, const char *bytes, size_t size);

static inline const char *request_body_bytes(const struct request_body *body) {
    return body->heap_bytes != NULL ? body->heap_bytes : body->inline_bytes;
}

#endif
