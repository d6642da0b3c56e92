/* rng_stream.c - the seeds of the streams of random numbers. */
#include "services/sample/rng_stream.h"

struct rng rng_begin(uint64_t seed, enum rng_stream stream, uint64_t number) {
    return (struct rng){rng_mix(rng_mix(rng_mix(seed + RNG_STEP) + (uint64_t)stream) + number)};
}
