/*
 * rng.h - random numbers for permutations and simulations: the same seed gives the same numbers anywhere.
 *
 * SplitMix64 (Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
 */
#ifndef DRIFT_RNG_H
#define DRIFT_RNG_H

#include <stdint.h>

struct rng {
    uint64_t state; /* any value */
};

uint64_t rng_next(struct rng *c);
double rng_uniform(struct rng *c);                 /* strictly between 0 and 1 */
uint32_t rng_below(struct rng *c, uint32_t limit); /* 0 .. limit-1; limit > 0 */
uint32_t rng_poisson(struct rng *c, double mean);  /* mean 0 .. 1e8 */

/* A generator of its own for the n-th of many tasks. */
struct rng rng_split(uint64_t seed, uint64_t n);

#endif
