/*
 * keyed_rng.h - random numbers that are a function of where they are used.
 *
 * A stream is named by a key made from (seed, tree, purpose) or from the path to a node, and its n-th
 * number depends on key and n alone; so it does not matter which thread asks, or when.  The mixing
 * function is the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
 */
#ifndef LF_KEYED_RNG_H
#define LF_KEYED_RNG_H

#include <stdint.h>

struct lf_rng {
    uint64_t state;
};

enum lf_purpose { LF_DRAW_ROWS = 1, LF_TRY_FEATURES, LF_PERMUTE, LF_GOLDEN_ROWS };

static inline uint64_t lf_mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

static inline uint64_t lf_key(uint64_t seed, uint64_t tree, enum lf_purpose purpose) {
    return lf_mix(lf_mix(lf_mix(seed + 0x9e3779b97f4a7c15U) ^ tree) + purpose);
}

/* The key of a node's left (0) or right (1) child. */
static inline uint64_t lf_child_key(uint64_t key, unsigned side) {
    return lf_mix(key + (side + 1) * 0xd1342543de82ef95U);
}

static inline struct lf_rng lf_rng_start(uint64_t key) {
    return (struct lf_rng){key};
}

static inline uint64_t lf_rng_next(struct lf_rng *rng) {
    return lf_mix(rng->state += 0x9e3779b97f4a7c15U);
}

/* Strictly between 0 and 1. */
static inline double lf_rng_uniform(struct lf_rng *rng) {
    return ((double)(int64_t)(lf_rng_next(rng) >> 12) + 0.5) * 0x1p-52;
}

/* 0 .. limit-1, all equally likely (Lemire 2019); limit > 0. */
static inline uint64_t lf_rng_below(struct lf_rng *rng, uint64_t limit) {
    unsigned __int128 product = (unsigned __int128)lf_rng_next(rng) * limit;
    if ((uint64_t)product < limit) {
        uint64_t threshold = -limit % limit;
        while ((uint64_t)product < threshold)
            product = (unsigned __int128)lf_rng_next(rng) * limit;
    }
    return (uint64_t)(product >> 64);
}

#endif
