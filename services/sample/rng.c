/* rng.c - the counter-based random numbers of the sample. */
#include "services/sample/rng.h"

static uint64_t mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static const uint64_t step = 0x9e3779b97f4a7c15u; /* 2^64 divided by the golden ratio */

struct rng rng_begin(uint64_t seed, enum rng_stream stream, uint64_t number) {
    uint64_t key = mix(mix(mix(seed + step) + (uint64_t)stream) + number);
    return (struct rng){key, 0};
}

uint64_t rng_next(struct rng *rng) {
    return mix(rng->key + step * ++rng->count);
}

uint32_t rng_uint32(struct rng *rng) {
    return (uint32_t)(rng_next(rng) >> 32);
}

uint64_t rng_below(struct rng *rng, uint64_t limit) {
    return rng_uint32(rng) * limit >> 32;
}

bool rng_chance(struct rng *rng, unsigned per_100000) {
    return rng_below(rng, 100000) < per_100000;
}
