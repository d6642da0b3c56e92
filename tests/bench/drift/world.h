/* world.h - a small company's traffic: ten business types, six sizes, and what may happen to their mix. */
#ifndef BENCH_WORLD_H
#define BENCH_WORLD_H

#include "services/drift/simulation.h"

enum { TYPES = 10, SIZES = 6, KINDS = (TYPES + 1) * SIZES, WORLD_STREAMS = 6, POPULATION = 1 << 16 };
enum world_stream { STREAM_TYPE, STREAM_SIZE, STREAM_JOINT, STREAM_PACKAGE, STREAM_CONFIDENCE, STREAM_UNKNOWN };

struct world {
    struct panel panel;
    uint32_t category[KINDS * WORLD_STREAMS];
};

struct mix {
    double moved;   /* share of all rows that goes over to the three rarest types */
    double unseen;  /* share that goes over to a type nobody has seen */
    double weekend; /* share that goes over to the three most frequent types */
};

void world_make(struct world *world);
void world_population(struct population *out, uint32_t *rows /* [POPULATION] */, const struct mix *mix);

#endif
