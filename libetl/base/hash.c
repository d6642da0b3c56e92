/* hash.c - XXH3 twice, under two secrets. */
#include "libetl/base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

void etl_hash_key_set(struct etl_hash_key *key, const void *random, size_t size) {
    XXH3_generateSecret(key->secret, sizeof key->secret, random, size);
}

/* Flattened into one function, so that the processor works on both hashes at a time. */
__attribute__((flatten)) uint64_t etl_hash_bytes(const struct etl_hash_key *key, enum etl_hash_kind kind,
                                                 const void *bytes, size_t size) {
    uint64_t first = XXH3_64bits_withSecret(bytes, size, key->secret[0], ETL_HASH_SECRET);
    uint64_t second = XXH3_64bits_withSecret(bytes, size, key->secret[1], ETL_HASH_SECRET);
    uint64_t hash = (first + second) ^ kind;
    return hash != 0 ? hash : 1;
}
