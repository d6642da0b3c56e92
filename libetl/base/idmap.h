/*
 * idmap.h - a table from 64-bit keys (hashes of ids) to 32-bit numbers, 12 bytes an entry.
 *
 * It consists of many small tables that grow one at a time, in place and by a quarter, and are filled to five sixths.
 * So an entry costs 14 to 18 bytes in total, also while growing.  The entries of a table are ordered by their low
 * halves (linear probing, ordered: Amble and Knuth, "Ordered hash tables", 1974), so that a search for a missing key
 * ends early, and growing takes one pass.  Two ids that share a hash are treated as one; hash.h gives the probability.
 */
#ifndef LIBETL_IDMAP_H
#define LIBETL_IDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ETL_IDMAP_PARTS = 64 };
#define ETL_IDMAP_NONE UINT32_MAX

struct etl_idmap_entry {
    uint32_t low, high; /* the halves of the key; both 0: empty */
    uint32_t value;
};

struct etl_idmap_part {
    struct etl_idmap_entry *entries; /* [capacity and some spare slots] */
    uint32_t capacity, used;
};

/* A zeroed struct is an empty map. */
struct etl_idmap {
    struct etl_idmap_part parts[ETL_IDMAP_PARTS];
};

/* The value of a key (never 0), or ETL_IDMAP_NONE. */
uint32_t etl_idmap_find(const struct etl_idmap *map, uint64_t key);

/* The place of a key's value; a new key gets the value `fresh`. Valid until the next call. NULL if memory runs out. */
uint32_t *etl_idmap_at(struct etl_idmap *map, uint64_t key, uint32_t fresh);

/* Make room in an empty map for about this many keys; false if memory runs out. */
bool etl_idmap_reserve(struct etl_idmap *map, size_t keys);

/* Prefetch a key that will be looked up soon. */
void etl_idmap_prefetch(const struct etl_idmap *map, uint64_t key);

void etl_idmap_done(struct etl_idmap *map);

#endif
