/* simulation.c - draws references and days. */
#include "services/drift/detect/simulation.h"

#include <stdlib.h>
#include <string.h>

bool simulation_init(struct simulation *s, const struct feature_layout *layout, const struct detector_rule *rule) {
    *s = (struct simulation){.reference = calloc(feature_layout_size(layout), sizeof *s->reference)};
    bool done = s->reference != NULL && detector_init(&s->detector, layout, rule) && windows_init(&s->windows, layout);
    if (!done)
        simulation_done(s);
    return done;
}

void simulation_done(struct simulation *s) {
    detector_done(&s->detector);
    windows_done(&s->windows);
    free(s->reference);
    *s = (struct simulation){0};
}

static uint32_t draw_cell(struct simulation *s, const struct cell_population *population) {
    return population->cell[rng_below(&s->rng, population->rows)];
}

bool simulation_begin(struct simulation *s, const struct cell_population *population, uint32_t reference_rows,
                      struct rng rng) {
    const struct feature_layout *layout = s->detector.layout;
    s->rng = rng;
    windows_clear(&s->windows);
    memset(s->reference, 0, feature_layout_size(layout) * sizeof *s->reference);
    for (uint32_t i = 0; i < reference_rows; i++)
        feature_layout_count(layout, s->reference, draw_cell(s, population), 1);
    return detector_set_reference(&s->detector, s->reference, reference_rows);
}

bool simulation_day(struct simulation *s, const struct cell_population *population, double mean, struct finding *out) {
    windows_next_day(&s->windows);
    for (uint32_t rows = rng_poisson(&s->rng, mean); rows > 0; rows--)
        windows_add(&s->windows, draw_cell(s, population));
    return detector_test(&s->detector, &s->windows, rng_next(&s->rng), out);
}
