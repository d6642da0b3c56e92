/* input_grid.c - lists the product of all levels. */
#include "services/register/gate/input_grid.h"

#include <stdlib.h>

static size_t count_rows(const struct forest_schema *schema) {
    size_t rows = 1;
    for (size_t f = 0; f < schema->features; f++) {
        size_t levels = schema->feature[f].levels; /* 0 for a numeric one */
        if (levels == 0 || rows > INPUT_GRID_MAX / levels)
            return 0;
        rows *= levels;
    }
    return rows;
}

bool input_grid_make(struct input_grid *out, const struct forest_schema *schema) {
    size_t features = schema->features, rows = count_rows(schema);
    float *x = malloc((rows * features + 1) * sizeof *x);
    if (x == NULL)
        return false;
    for (size_t i = 0; i < rows; i++)
        for (size_t f = features, rest = i; f > 0; f--) {
            x[i * features + f - 1] = (float)(rest % schema->feature[f - 1].levels);
            rest /= schema->feature[f - 1].levels;
        }
    *out = (struct input_grid){rows, x};
    return true;
}

void input_grid_done(struct input_grid *grid) {
    free(grid->x);
    *grid = (struct input_grid){0};
}
