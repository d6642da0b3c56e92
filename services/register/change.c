/* change.c - asks both models the same and counts where they name different packages. */
#include "services/register/change.h"

#include <stdlib.h>

#include "services/register/answers.h"
#include "services/register/grid.h"

static bool count_changed(uint64_t *changed, const float *x, size_t rows, const struct forest_schema *schema,
                          const struct forest *challenger, const struct forest *champion) {
    size_t classes = schema->classes;
    float *ours = malloc((rows * classes + 1) * sizeof *ours), *theirs = malloc((rows * classes + 1) * sizeof *theirs);
    bool done = ours != NULL && theirs != NULL && answers_ask(challenger, schema, x, rows, ours) &&
                answers_ask(champion, schema, x, rows, theirs);
    for (size_t i = 0; done && i < rows; i++)
        *changed += answers_best(ours + i * classes, classes) != answers_best(theirs + i * classes, classes);
    free(ours);
    free(theirs);
    return done;
}

bool change_measure(struct change *out, const struct traffic *traffic, const struct forest_schema *schema,
                    const struct forest *challenger, const struct forest *champion) {
    struct grid grid = {0};
    struct change change = {.source = traffic->source, .calls = traffic->rows};
    bool done = grid_make(&grid, schema) &&
                count_changed(&change.cells_changed, grid.x, grid.rows, schema, challenger, champion) &&
                count_changed(&change.calls_changed, traffic->x, traffic->rows, schema, challenger, champion);
    change.cells = grid.rows;
    grid_done(&grid);
    if (done)
        *out = change;
    return done;
}

double change_share(const struct change *change) {
    if (change->calls > 0)
        return (double)change->calls_changed / (double)change->calls;
    return change->cells > 0 ? (double)change->cells_changed / (double)change->cells : 0;
}
