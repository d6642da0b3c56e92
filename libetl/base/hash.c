/* hash.c - the sum of two XXH3 hashes; and the normalised forms of ids and addresses that are hashed. */
#include "libetl/base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

void etl_hash_key_set(struct etl_hash_key *key, const void *random, size_t size) {
    XXH3_generateSecret(key->secret, sizeof key->secret, random, size);
}

/* Inlined into one function, so that the processor computes both hashes at the same time. */
__attribute__((flatten)) uint64_t etl_hash_bytes(const struct etl_hash_key *key, enum etl_hash_kind kind,
                                                 const void *bytes, size_t size) {
    uint64_t first = XXH3_64bits_withSecret(bytes, size, key->secret[0], ETL_HASH_SECRET);
    uint64_t second = XXH3_64bits_withSecret(bytes, size, key->secret[1], ETL_HASH_SECRET);
    uint64_t hash = (first + second) ^ kind;
    return hash != 0 ? hash : 1;
}

uint64_t etl_hash_id(const struct etl_hash_key *key, struct etl_text id) {
    return id.size > 0 ? etl_hash_bytes(key, ETL_HASH_ID, id.at, id.size) : 0;
}

uint64_t etl_hash_lead_id(const struct etl_hash_key *key, struct etl_text id) {
    id = etl_text_trim(id);
    return id.size > 0 ? etl_hash_bytes(key, ETL_HASH_LEAD_ID, id.at, id.size) : 0;
}

uint64_t etl_hash_email(const struct etl_hash_key *key, struct etl_text email) {
    char clean[ETL_TEXT_EMAIL];
    size_t size = email.size > 0 ? etl_text_email(email, clean) : 0;
    return size > 0 ? etl_hash_bytes(key, ETL_HASH_EMAIL, clean, size) : 0;
}
