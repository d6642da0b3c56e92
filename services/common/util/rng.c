/* rng.c - SplitMix64, and what is drawn from it. */
#include "services/common/util/rng.h"

#include <assert.h>
#include <math.h>

uint64_t rng_mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

uint64_t rng_next(struct rng *rng) {
    return rng_mix(rng->state += RNG_STEP);
}

uint32_t rng_uint32(struct rng *rng) {
    return (uint32_t)(rng_next(rng) >> 32);
}

/* The high half of a product: uneven by less than limit / 2^32, which nothing here can notice. */
uint32_t rng_below(struct rng *rng, uint64_t limit) {
    return (uint32_t)(rng_uint32(rng) * limit >> 32);
}

bool rng_chance(struct rng *rng, unsigned per_100000) {
    return rng_below(rng, 100000) < per_100000;
}

double rng_uniform(struct rng *rng) {
    return ((double)(rng_next(rng) >> 12) + 0.5) * 0x1p-52;
}

/* Events of a process of rate 1 are counted until time `mean`, in stretches whose product cannot underflow. */
uint32_t rng_poisson(struct rng *rng, double mean) {
    static const double longest = 400;
    uint32_t events = 0;
    assert(mean >= 0 && mean <= 1e8);
    while (mean > 0) {
        double stretch = fmin(mean, longest), left = exp(-stretch);
        double product = rng_uniform(rng);
        while (product > left) {
            events++;
            product *= rng_uniform(rng);
        }
        mean -= stretch;
    }
    return events;
}

struct rng rng_split(uint64_t seed, uint64_t n) {
    return (struct rng){rng_mix(rng_mix(seed) + n)};
}
