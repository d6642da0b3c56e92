/*
 * rng.h - random numbers by counting: the n-th draw of a stream is a hash of (seed, stream, number, n).
 *
 * So a lead is the same whoever asks for it and in which order, and integers alone decide: the same seed
 * gives the same bytes on any machine.  No expression may draw twice, since compilers differ in which comes
 * first.  The hash is the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
 */
#ifndef SAMPLE_RNG_H
#define SAMPLE_RNG_H

#include <stdbool.h>
#include <stdint.h>

/* What a stream is for, so that one more draw in one place does not change the others. */
enum rng_stream {
    RNG_PERSON,
    RNG_JOURNEY,
    RNG_FORM,
    RNG_BROKEN,
    RNG_STRIPE_IDS,
    RNG_EVENT_IDS,
    RNG_STRIPE_STYLE,
    RNG_SHUFFLE
};

struct rng {
    uint64_t key, count;
};

struct rng rng_begin(uint64_t seed, enum rng_stream stream, uint64_t number);
uint64_t rng_next(struct rng *rng);
uint32_t rng_uint32(struct rng *rng);                /* 0 .. 2^32 - 1 */
uint64_t rng_below(struct rng *rng, uint64_t limit); /* 0 .. limit - 1; limit 1 .. 2^32 */
bool rng_chance(struct rng *rng, unsigned per_100000);

#endif
