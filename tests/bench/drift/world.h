/* world.h - a small company's traffic: ten business types, six sizes, and what may happen to their mix. */
#ifndef BENCH_WORLD_H
#define BENCH_WORLD_H

#include "services/drift/detect/simulation.h"

enum { TYPES = 10, SIZES = 6, CELLS = (TYPES + 1) * SIZES, WORLD_FEATURES = 6, POPULATION = 1 << 16 };
enum world_stream { FEATURE_TYPE, FEATURE_SIZE, FEATURE_JOINT, FEATURE_PACKAGE, FEATURE_CONFIDENCE, FEATURE_UNKNOWN };

struct world {
    struct feature_layout layout;
    uint32_t category[CELLS * WORLD_FEATURES];
};

struct mix {
    double moved;   /* share of all rows that goes over to the three rarest types */
    double unseen;  /* share that goes over to a type nobody has seen */
    double weekend; /* share that goes over to the three most frequent types */
};

void world_make(struct world *world);
void world_population(struct cell_population *out, uint32_t *rows /* [POPULATION] */, const struct mix *mix);

#endif
