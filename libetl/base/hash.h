/*
 * hash.h - a keyed 64-bit hash of bytes, for tables in memory.
 *
 * Tables contain hashes instead of ids and addresses, and so no personal text.  The key is random and new in every
 * run; no output depends on it.
 *
 * The probability that any two of n texts share a hash is n * n / 2^65: 3 in a million for ten million ids.  An
 * attacker who writes the texts but does not know the key cannot raise it.
 *
 * The hash is the sum of two XXH3 hashes under two secrets.  One hash would not be enough: an attacker can write pairs
 * of short texts that share an XXH3 hash under one secret in four million, and a large file can contain that many
 * pairs (tests/unit/libetl/base/hash_test.c).  With two secrets it is one in 2^44, so a file full of such pairs shares
 * a hash about as rarely as any other.  XXH3 is not a cryptographic hash: keep hashes and key in memory, where no
 * outsider sees them.
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

/* The same bytes have different hashes as different kinds. */
enum etl_hash_kind { ETL_HASH_ID, ETL_HASH_LEAD_ID, ETL_HASH_EMAIL, ETL_HASH_FEATURE, ETL_HASH_RECORD };

/* Make the key from random bytes: 32 of them, except in tests. */
void etl_hash_key_set(struct etl_hash_key *key, const void *random, size_t size);

/* Never 0, because tables use 0 for "none". */
uint64_t etl_hash_bytes(const struct etl_hash_key *key, enum etl_hash_kind kind, const void *bytes, size_t size);

/* The hashes by which payments and leads are joined. 0 for an empty text or an invalid address. */
uint64_t etl_hash_id(const struct etl_hash_key *key, struct etl_text id);      /* of Stripe's ids and of messages */
uint64_t etl_hash_lead_id(const struct etl_hash_key *key, struct etl_text id); /* ignores spaces around it */
uint64_t etl_hash_email(const struct etl_hash_key *key, struct etl_text email);

#endif
