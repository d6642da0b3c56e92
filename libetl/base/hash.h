/*
 * hash.h - a keyed 64-bit hash of bytes, for tables in memory.
 *
 * It stands in for ids and addresses, so that tables hold numbers and no personal text.  The seed is
 * drawn anew by every program, so that nobody can prepare names that meet in one place; no output ever
 * depends on it.  0 is never an answer: tables use it for "none".
 */
#ifndef LIBETL_HASH_H
#define LIBETL_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Both halves of the product, laid over each other. */
static inline uint64_t etl_hash_fold(uint64_t a, uint64_t b) {
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t etl_hash_load(const unsigned char *at, size_t size) {
    uint64_t word = 0;
    memcpy(&word, at, size);
    return word;
}

static inline uint64_t etl_hash_bytes(const void *bytes, size_t size, uint64_t seed) {
    static const uint64_t odd1 = 0x9fb21c651e98df25u, odd2 = 0xd1b54a32d192ed03u, odd3 = 0x8cb92ba72f3d8dd7u;
    const unsigned char *at = bytes;
    uint64_t state = seed ^ odd3, first = 0, last = 0;
    size_t left = size;
    for (; left > 16; at += 16, left -= 16)
        state = etl_hash_fold(etl_hash_load(at, 8) ^ odd1, etl_hash_load(at + 8, 8) ^ state);
    if (left >= 8) {
        first = etl_hash_load(at, 8);
        last = etl_hash_load(at + left - 8, 8);
    } else if (left >= 4) {
        first = etl_hash_load(at, 4);
        last = etl_hash_load(at + left - 4, 4);
    } else if (left > 0)
        first = (uint64_t)at[0] | (uint64_t)at[left / 2] << 8 | (uint64_t)at[left - 1] << 16;
    uint64_t hash = etl_hash_fold(etl_hash_fold(first ^ odd1, last ^ state) ^ size, odd2 ^ seed);
    return hash != 0 ? hash : 1;
}

/* One hash of two, in this order. */
static inline uint64_t etl_hash_join(uint64_t a, uint64_t b) {
    uint64_t hash = etl_hash_fold(a ^ 0xd1b54a32d192ed03u, b ^ 0x9fb21c651e98df25u) + a;
    return hash != 0 ? hash : 1;
}

#endif
