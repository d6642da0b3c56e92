/* draw.c - the counter-based random numbers of the sample. */
#include "services/sample/draw.h"

static uint64_t mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static const uint64_t step = 0x9e3779b97f4a7c15u; /* 2^64 divided by the golden ratio */

struct draw draw_begin(uint64_t seed, enum draw_stream stream, uint64_t number) {
    uint64_t key = mix(mix(mix(seed + step) + (uint64_t)stream) + number);
    return (struct draw){key, 0};
}

uint64_t draw_next(struct draw *draw) {
    return mix(draw->key + step * ++draw->count);
}

uint32_t draw_ticket(struct draw *draw) {
    return (uint32_t)(draw_next(draw) >> 32);
}

uint64_t draw_below(struct draw *draw, uint64_t limit) {
    return draw_ticket(draw) * limit >> 32;
}

bool draw_chance(struct draw *draw, unsigned per_100000) {
    return draw_below(draw, 100000) < per_100000;
}
