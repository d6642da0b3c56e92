/*
 * hash.h - a keyed 64-bit hash of bytes, for tables in memory.
 *
 * It stands in for ids and addresses, so that tables hold numbers and no personal text.  The key is random and new in
 * every run; no output depends on it.
 *
 * Among n texts, the probability that any two share a hash is n * n / 2^65: 3 in a million for ten million ids.  Who
 * writes the texts but does not know the key cannot aim at it.
 *
 * The hash is the sum of two XXH3 hashes under two secrets.  One would not do: short texts can be written in pairs,
 * each of which shares an XXH3 hash under one secret in four million, and a large file holds that many pairs
 * (tests/unit/libetl/base/hash_test.c).  Under two secrets it is one in 2^44, so that a file full of such pairs shares
 * a hash about as rarely as any other.  XXH3 is no cryptographic hash: keep hashes and key in memory, where nobody
 * outside sees them.
 */
#ifndef LIBETL_HASH_H
#define LIBETL_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "libetl/base/text.h"

enum { ETL_HASH_SECRET = 192 };

struct etl_hash_key {
    unsigned char secret[2][ETL_HASH_SECRET];
};

/* The same bytes have another hash as another kind. */
enum etl_hash_kind { ETL_HASH_ID, ETL_HASH_LEAD_ID, ETL_HASH_EMAIL, ETL_HASH_FEATURE, ETL_HASH_RECORD };

/* Make the key from random bytes: 32 of them, outside tests. */
void etl_hash_key_set(struct etl_hash_key *key, const void *random, size_t size);

/* Never 0: tables use it for "none". */
uint64_t etl_hash_bytes(const struct etl_hash_key *key, enum etl_hash_kind kind, const void *bytes, size_t size);

/* The hashes by which payments and leads meet; 0 where the text is empty or, for an address, is none. */
uint64_t etl_hash_id(const struct etl_hash_key *key, struct etl_text id);      /* of Stripe's ids and of messages */
uint64_t etl_hash_lead_id(const struct etl_hash_key *key, struct etl_text id); /* spaces around it do not count */
uint64_t etl_hash_email(const struct etl_hash_key *key, struct etl_text email);

#endif
