/* spsc_ring.h - passes bytes from one thread to another without a lock: a loop puts lines in, a writer takes them out.
 */
#ifndef API_SPSC_RING_H
#define API_SPSC_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/* head and tail only grow; their difference is the number of waiting bytes.  Each is written by one side only. */
struct spsc_ring {
    char *bytes;
    size_t capacity;                  /* a power of two */
    _Alignas(64) _Atomic size_t head; /* written by the producer */
    _Atomic uint64_t dropped;         /* lines that did not fit; written by the producer */
    _Alignas(64) _Atomic size_t tail; /* written by the consumer */
};

bool spsc_ring_open(struct spsc_ring *ring, size_t capacity); /* false: no memory */
void spsc_ring_done(struct spsc_ring *ring);

/* Put a complete line in, or drop and count it. Returns how many bytes wait now. */
size_t spsc_ring_put(struct spsc_ring *ring, const char *line, size_t size);

size_t spsc_ring_waiting(const struct spsc_ring *ring); /* bytes; from any thread */

/* The waiting bytes in order, as one or two pieces. Returns the number of pieces. */
int spsc_ring_peek(const struct spsc_ring *ring, struct iovec piece[2]);
void spsc_ring_consume(struct spsc_ring *ring, size_t size);

#endif
