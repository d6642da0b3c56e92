/* simulation.c - draws references and days. */
#include "services/drift/simulation.h"

#include <stdlib.h>
#include <string.h>

bool simulation_init(struct simulation *s, const struct panel *panel, const struct detector_rule *rule) {
    *s = (struct simulation){.reference = calloc(panel_cells(panel), sizeof *s->reference)};
    bool done = s->reference != NULL && detector_init(&s->detector, panel, rule) && windows_init(&s->windows, panel);
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

static uint32_t draw(struct simulation *s, const struct population *population) {
    return population->kind[chance_below(&s->chance, population->rows)];
}

bool simulation_begin(struct simulation *s, const struct population *population, uint32_t reference_rows,
                      struct chance chance) {
    const struct panel *panel = s->detector.panel;
    s->chance = chance;
    windows_clear(&s->windows);
    memset(s->reference, 0, panel_cells(panel) * sizeof *s->reference);
    for (uint32_t i = 0; i < reference_rows; i++)
        panel_count(panel, s->reference, draw(s, population), 1);
    return detector_set_reference(&s->detector, s->reference, reference_rows);
}

bool simulation_day(struct simulation *s, const struct population *population, double mean, struct finding *out) {
    windows_next_day(&s->windows);
    for (uint32_t rows = chance_poisson(&s->chance, mean); rows > 0; rows--)
        windows_add(&s->windows, draw(s, population));
    return detector_look(&s->detector, &s->windows, chance_next(&s->chance), out);
}
