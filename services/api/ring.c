/* ring.c - bytes from one thread to another without a lock. */
#include "services/api/ring.h"

#include <stdlib.h>
#include <string.h>

bool ring_open(struct ring *ring, size_t room) {
    ring->bytes = malloc(room);
    ring->room = room;
    atomic_init(&ring->head, 0);
    atomic_init(&ring->tail, 0);
    atomic_init(&ring->dropped, 0);
    return ring->bytes != NULL;
}

void ring_done(struct ring *ring) {
    free(ring->bytes);
    ring->bytes = NULL;
}

size_t ring_put(struct ring *ring, const char *line, size_t size) {
    size_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
    size_t waiting = head - atomic_load_explicit(&ring->tail, memory_order_acquire);
    if (size > ring->room - waiting) {
        atomic_fetch_add_explicit(&ring->dropped, 1, memory_order_relaxed);
        return waiting;
    }
    size_t at = head & (ring->room - 1);
    size_t first = size < ring->room - at ? size : ring->room - at;
    memcpy(ring->bytes + at, line, first);
    memcpy(ring->bytes, line + first, size - first);
    atomic_store_explicit(&ring->head, head + size, memory_order_release);
    return waiting + size;
}

/* The tail first: the head that is seen after it cannot be behind it. */
size_t ring_waiting(const struct ring *ring) {
    size_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
    return atomic_load_explicit(&ring->head, memory_order_acquire) - tail;
}

int ring_look(const struct ring *ring, struct iovec piece[2]) {
    size_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    size_t waiting = atomic_load_explicit(&ring->head, memory_order_acquire) - tail;
    size_t at = tail & (ring->room - 1);
    size_t first = waiting < ring->room - at ? waiting : ring->room - at;
    piece[0] = (struct iovec){ring->bytes + at, first};
    piece[1] = (struct iovec){ring->bytes, waiting - first};
    return waiting == 0 ? 0 : piece[1].iov_len == 0 ? 1 : 2;
}

void ring_take(struct ring *ring, size_t size) {
    size_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    atomic_store_explicit(&ring->tail, tail + size, memory_order_release);
}
