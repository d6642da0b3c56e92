/* rng.c - SplitMix64, and what is drawn from it. */
#include "services/drift/stats/rng.h"

#include <math.h>

static uint64_t mix(uint64_t x) {
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

uint64_t rng_next(struct rng *c) {
    return mix(c->state += 0x9e3779b97f4a7c15u);
}

double rng_uniform(struct rng *c) {
    return ((double)(rng_next(c) >> 12) + 0.5) * 0x1p-52;
}

/* The high half of a product: uneven by less than limit / 2^32, which nothing here can notice. */
uint32_t rng_below(struct rng *c, uint32_t limit) {
    return (uint32_t)((rng_next(c) >> 32) * limit >> 32);
}

/* Events of a process of rate 1 are counted until time `mean`, in stretches whose product cannot underflow. */
uint32_t rng_poisson(struct rng *c, double mean) {
    static const double longest = 400;
    uint32_t events = 0;
    while (mean > 0) {
        double stretch = fmin(mean, longest), left = exp(-stretch);
        double product = rng_uniform(c);
        while (product > left) {
            events++;
            product *= rng_uniform(c);
        }
        mean -= stretch;
    }
    return events;
}

struct rng rng_split(uint64_t seed, uint64_t n) {
    return (struct rng){mix(mix(seed) + n)};
}
