/*
 * draw.h - random numbers by counting: the n-th draw of a stream is a hash of (seed, stream, number, n).
 *
 * So a lead is the same whoever asks for it and in which order, and integers alone decide: the same seed
 * gives the same bytes on any machine.  No expression may draw twice, since compilers differ in which comes
 * first.  The hash is the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
 */
#ifndef SAMPLE_DRAW_H
#define SAMPLE_DRAW_H

#include <stdbool.h>
#include <stdint.h>

/* What a stream is for, so that one more draw in one place does not change the others. */
enum draw_stream {
    DRAW_PERSON,
    DRAW_STORY,
    DRAW_FORM,
    DRAW_BROKEN,
    DRAW_STRIPE_IDS,
    DRAW_EVENT_IDS,
    DRAW_STRIPE_LOOK,
    DRAW_DELIVERY
};

struct draw {
    uint64_t key, count;
};

struct draw draw_begin(uint64_t seed, enum draw_stream stream, uint64_t number);
uint64_t draw_next(struct draw *draw);
uint32_t draw_ticket(struct draw *draw);                /* 0 .. 2^32 - 1 */
uint64_t draw_below(struct draw *draw, uint64_t limit); /* 0 .. limit - 1; limit 1 .. 2^32 */
bool draw_chance(struct draw *draw, unsigned per_100000);

#endif
