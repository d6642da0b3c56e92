/* spsc_ring.c - passes bytes from one thread to another without a lock. */
#include "services/api/io/spsc_ring.h"

#include <stdlib.h>
#include <string.h>

bool spsc_ring_open(struct spsc_ring *ring, size_t capacity) {
    ring->bytes = malloc(capacity);
    ring->capacity = capacity;
    atomic_init(&ring->head, 0);
    atomic_init(&ring->tail, 0);
    atomic_init(&ring->dropped, 0);
    return ring->bytes != NULL;
}

void spsc_ring_done(struct spsc_ring *ring) {
    free(ring->bytes);
    ring->bytes = NULL;
}

size_t spsc_ring_put(struct spsc_ring *ring, const char *line, size_t size) {
    size_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    size_t waiting = head - atomic_load_explicit(&ring->tail, memory_order_acquire);
    if (size > ring->capacity - waiting) {
        atomic_fetch_add_explicit(&ring->dropped, 1, memory_order_relaxed);
        return waiting;
    }
    size_t at = head & (ring->capacity - 1);
    size_t first = size < ring->capacity - at ? size : ring->capacity - at;
    memcpy(ring->bytes + at, line, first);
    memcpy(ring->bytes, line + first, size - first);
    atomic_store_explicit(&ring->head, head + size, memory_order_release);
    return waiting + size;
}

/* Read the tail first: a head that is read later cannot be smaller. */
size_t spsc_ring_waiting(const struct spsc_ring *ring) {
    size_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
    return atomic_load_explicit(&ring->head, memory_order_acquire) - tail;
}

int spsc_ring_peek(const struct spsc_ring *ring, struct iovec piece[2]) {
    size_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    size_t waiting = atomic_load_explicit(&ring->head, memory_order_acquire) - tail;
    size_t at = tail & (ring->capacity - 1);
    size_t first = waiting < ring->capacity - at ? waiting : ring->capacity - at;
    piece[0] = (struct iovec){ring->bytes + at, first};
    piece[1] = (struct iovec){ring->bytes, waiting - first};
    return waiting == 0 ? 0 : piece[1].iov_len == 0 ? 1 : 2;
}

void spsc_ring_consume(struct spsc_ring *ring, size_t size) {
    size_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    atomic_store_explicit(&ring->tail, tail + size, memory_order_release);
}
