/* disagreement.c - asks both models the same and counts where they name different packages. */
#include "services/register/gate/disagreement.h"

#include <stdlib.h>

#include "services/register/gate/aligned_predict.h"
#include "services/register/gate/input_grid.h"

static bool count_changed(uint64_t *changed, const float *x, size_t rows, const struct forest_schema *schema,
                          const struct forest *challenger, const struct forest *champion) {
    size_t classes = schema->classes;
    float *challenger_prob = malloc((rows * classes + 1) * sizeof *challenger_prob),
          *champion_prob = malloc((rows * classes + 1) * sizeof *champion_prob);
    bool done = challenger_prob != NULL && champion_prob != NULL &&
                aligned_predict(challenger, schema, x, rows, challenger_prob) &&
                aligned_predict(champion, schema, x, rows, champion_prob);
    for (size_t i = 0; done && i < rows; i++)
        *changed += aligned_predict_best_class(challenger_prob + i * classes, classes) !=
                    aligned_predict_best_class(champion_prob + i * classes, classes);
    free(challenger_prob);
    free(champion_prob);
    return done;
}

bool disagreement_measure(struct disagreement *out, const struct recent_requests *requests,
                          const struct forest_schema *schema, const struct forest *challenger,
                          const struct forest *champion) {
    struct input_grid grid = {0};
    struct disagreement disagreement = {.source = requests->source, .requests = requests->rows};
    bool done =
        input_grid_make(&grid, schema) &&
        count_changed(&disagreement.cells_changed, grid.x, grid.rows, schema, challenger, champion) &&
        count_changed(&disagreement.requests_changed, requests->x, requests->rows, schema, challenger, champion);
    disagreement.cells = grid.rows;
    input_grid_done(&grid);
    if (done)
        *out = disagreement;
    return done;
}

double disagreement_rate(const struct disagreement *disagreement) {
    if (disagreement->requests > 0)
        return (double)disagreement->requests_changed / (double)disagreement->requests;
    return disagreement->cells > 0 ? (double)disagreement->cells_changed / (double)disagreement->cells : 0;
}
