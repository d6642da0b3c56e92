/*
 * idmap.h - a table from 64-bit keys (hashes of ids) to 32-bit numbers, 12 bytes an entry.
 *
 * It is made of many small tables that grow one at a time, in place and by a quarter, and are filled to five
 * sixths: an entry costs 14 to 18 bytes all in all, also while growing.  That works because the entries of
 * a table stand in the order of their low halves, as near to where these put them as others allow (linear
 * probing, ordered: Amble and Knuth, "Ordered hash tables", 1974), so that a search in vain ends early and
 * growing is one sweep.  Two ids that share a hash are taken for one: hash.h says
 * how rarely that happens.
 */
#ifndef LIBETL_IDMAP_H
#define LIBETL_IDMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ETL_IDMAP_PARTS = 64 };
#define ETL_IDMAP_NONE UINT32_MAX

struct etl_idmap_entry {
    uint32_t low, high; /* of the key; both 0: empty */
    uint32_t value;
};

struct etl_idmap_part {
    struct etl_idmap_entry *entries; /* [capacity and a few more] */
    uint32_t capacity, used;
};

/* All zeroes is an empty map. */
struct etl_idmap {
    struct etl_idmap_part parts[ETL_IDMAP_PARTS];
};

/* The value of a key (never 0), or ETL_IDMAP_NONE. */
uint32_t etl_idmap_find(const struct etl_idmap *map, uint64_t key);

/* The place of a key's value, made with `fresh` in it where there was none; good until the next call.
 * NULL where memory ends. */
uint32_t *etl_idmap_at(struct etl_idmap *map, uint64_t key, uint32_t fresh);

/* Make room in an empty map for about so many keys at once; false where memory ends. */
bool etl_idmap_reserve(struct etl_idmap *map, size_t keys);

/* Say that a key will be asked for soon. */
void etl_idmap_prefetch(const struct etl_idmap *map, uint64_t key);

void etl_idmap_done(struct etl_idmap *map);

#endif
