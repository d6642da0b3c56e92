/*
 * simulation.h - simulates traffic: so many rows a day, each drawn from a population of distinct inputs.
 *
 * A population is a list of rows; drawing one of them at random is drawing from its distribution.
 */
#ifndef DRIFT_SIMULATION_H
#define DRIFT_SIMULATION_H

#include "services/common/util/rng.h"
#include "services/drift/detect/detector.h"

struct cell_population {
    const uint32_t *cell; /* [rows], borrowed */
    uint32_t rows;
};

struct simulation {
    struct detector detector;
    struct windows windows;
    struct rng rng;
    uint32_t *reference; /* [cells], room to draw one */
};

bool simulation_init(struct simulation *s, const struct feature_layout *layout, const struct detector_rule *rule);
void simulation_done(struct simulation *s); /* fine on zeroes */

/* Begin a run: draw a reference of so many rows, forget all days. false: out of memory. */
bool simulation_begin(struct simulation *s, const struct cell_population *population, uint32_t reference_rows,
                      struct rng rng);

/* One day of a random number of rows, `mean` on average, then a test of the windows. */
bool simulation_day(struct simulation *s, const struct cell_population *population, double mean, struct finding *out);

#endif
