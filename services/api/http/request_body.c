/* request_body.c - the body of one request as it arrives. */
#include "services/api/http/request_body.h"

#include <stdlib.h>
#include <string.h>

void request_body_start(struct request_body *body) {
    body->size = body->limit = body->discarded = body->expected = 0;
    body->capacity = REQUEST_BODY_INLINE;
    body->heap_bytes = NULL;
}

void request_body_done(struct request_body *body) {
    free(body->heap_bytes);
    body->heap_bytes = NULL;
}

bool request_body_accept(struct request_body *body, size_t size) {
    if (body->discarded == 0 && size <= body->limit - body->size) {
        body->size += size;
        return true;
    }
    body->discarded += size;
    return false;
}

/* Allocate the announced size at once; without one, double the size as needed. */
static bool grow(struct request_body *body, size_t before) {
    size_t capacity = body->expected > 2 * body->capacity ? body->expected : 2 * body->capacity;
    while (capacity < body->size)
        capacity *= 2;
    char *heap_bytes = realloc(body->heap_bytes, capacity);
    if (heap_bytes == NULL)
        return false;
    if (body->heap_bytes == NULL)
        memcpy(heap_bytes, body->inline_bytes, before);
    body->heap_bytes = heap_bytes;
    body->capacity = capacity;
    return true;
}

bool request_body_append(struct request_body *body, const char *bytes, size_t size) {
    size_t before = body->size - size;
    if (body->size > body->capacity && !grow(body, before))
        return false;
    memcpy((body->heap_bytes != NULL ? body->heap_bytes : body->inline_bytes) + before, bytes, size);
    return true;
}
