/*
 * rng_stream.h - where the sample's random numbers begin: a stream for each purpose and lead.
 *
 * So a lead is the same whoever asks for it and in which order, and one more draw in one place does not change the
 * others. Integers alone decide: the same seed gives the same bytes on any machine.
 */
#ifndef SAMPLE_RNG_STREAM_H
#define SAMPLE_RNG_STREAM_H

#include "services/common/util/rng.h"

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

struct rng rng_begin(uint64_t seed, enum rng_stream stream, uint64_t number);

#endif
