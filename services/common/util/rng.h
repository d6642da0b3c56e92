/*
 * rng.h - random numbers for simulations, permutations and samples: the same seed gives the same numbers anywhere.
 *
 * SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014). The n-th number is a hash
 * of the state at the start and of n. Not for secrets. No expression may draw twice, since compilers differ in which
 * comes first.
 */
#ifndef COMMON_RNG_H
#define COMMON_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
    uint64_t state; /* any value */
};

uint64_t rng_next(struct rng *rng);
uint32_t rng_uint32(struct rng *rng);
uint32_t rng_below(struct rng *rng, uint64_t limit);   /* 0 .. limit - 1; limit 1 .. 2^32 */
bool rng_chance(struct rng *rng, unsigned per_100000); /* true so often */
double rng_uniform(struct rng *rng);                   /* strictly between 0 and 1 */
uint32_t rng_poisson(struct rng *rng, double mean);    /* mean 0 .. 1e8 */
struct rng rng_split(uint64_t seed, uint64_t n);       /* a generator of its own for the n-th of many tasks */

/* The finaliser of SplitMix64, a hash of 64 bits, for keys made of several numbers; and what its state grows by. */
uint64_t rng_mix(uint64_t x);
#define RNG_STEP UINT64_C(0x9e3779b97f4a7c15) /* 2^64 divided by the golden ratio */

#endif
