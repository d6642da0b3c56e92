/* spsc_ring.h - bytes from one thread to another without a lock: a loop puts lines in, a writer takes them out. */
#ifndef API_SPSC_RING_H
#define API_SPSC_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/* head and tail only grow; their difference is what waits.  Each is written by one side alone. */
struct spsc_ring {
    char *bytes;
    size_t capacity;                  /* a power of two */
    _Alignas(64) _Atomic size_t head; /* written by who puts */
    _Atomic uint64_t dropped;         /* lines that found no room; likewise */
    _Alignas(64) _Atomic size_t tail; /* written by who takes */
};

bool spsc_ring_open(struct spsc_ring *ring, size_t capacity); /* false: no memory */
void spsc_ring_done(struct spsc_ring *ring);

/* Put a line in whole, or drop it and count that; returns how many bytes wait now. */
size_t spsc_ring_put(struct spsc_ring *ring, const char *line, size_t size);

size_t spsc_ring_waiting(const struct spsc_ring *ring); /* bytes; from any thread */

/* What waits, in order, as one or two pieces; returns their number. */
int spsc_ring_peek(const struct spsc_ring *ring, struct iovec piece[2]);
void spsc_ring_consume(struct spsc_ring *ring, size_t size);

#endif
