/*
 * dedup_cache.h - a bounded cache of the records already seen, as 64-bit hashes.
 *
 * Two generations: when the younger is full, the older is dropped.  A hash that is seen again moves to the younger, so
 * only hashes that stopped occurring are dropped.  That is harmless: such a record is then appended twice.
 */
#ifndef SYNC_DEDUP_CACHE_H
#define SYNC_DEDUP_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct dedup_cache_generation {
    uint64_t *slot; /* [slots], 0: empty */
    size_t count;
};
struct dedup_cache {
    size_t capacity; /* of a generation */
    size_t slots;    /* a power of two, at least twice the capacity */
    struct dedup_cache_generation young, old;
};

bool dedup_cache_open(struct dedup_cache *cache, size_t capacity); /* false: out of memory */
void dedup_cache_done(struct dedup_cache *cache);                  /* fine on zeroes */

bool dedup_cache_has(const struct dedup_cache *cache, uint64_t hash);
void dedup_cache_add(struct dedup_cache *cache, uint64_t hash);

/* As JSON, and back; entries that are not a hash are ignored. */
json_t *dedup_cache_to_json(const struct dedup_cache *cache);
void dedup_cache_from_json(struct dedup_cache *cache, const json_t *value);

/*
 * The first 64 bits of SHA-256; without a key, since the cursor outlives the run.  To find a record with the same hash
 * as somebody else's takes 2^64 tries.  To find two of one's own takes 2^32, and then the second is not appended.
 */
uint64_t dedup_cache_hash(const void *bytes, size_t size);

#endif
