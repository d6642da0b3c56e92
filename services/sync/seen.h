/*
 * seen.h - a bounded memory of what was already met, as 64-bit hashes.
 *
 * Two generations: when the younger is full, the older is forgotten.  What is met again moves to the younger, so
 * that only what is met no more is lost.  Forgetting is harmless where it is used: a record is then appended twice.
 */
#ifndef SYNC_SEEN_H
#define SYNC_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct seen_generation {
    uint64_t *slot; /* [slots], 0: empty */
    size_t count;
};
struct seen {
    size_t capacity; /* of a generation */
    size_t slots;    /* a power of two, at least twice the capacity */
    struct seen_generation young, old;
};

bool seen_open(struct seen *seen, size_t capacity); /* false: out of memory */
void seen_done(struct seen *seen);                  /* fine on zeroes */

bool seen_has(const struct seen *seen, uint64_t hash);
void seen_add(struct seen *seen, uint64_t hash);

/* As JSON, and back; what is no hash there is left out. */
json_t *seen_to_json(const struct seen *seen);
void seen_from_json(struct seen *seen, const json_t *value);

/* The first 64 bits of SHA-256. */
uint64_t seen_hash(const void *bytes, size_t size);

#endif
