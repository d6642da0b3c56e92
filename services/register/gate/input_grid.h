/* input_grid.h - every possible input of a schema whose features are all categorical, as rows. */
#ifndef REGISTER_INPUT_GRID_H
#define REGISTER_INPUT_GRID_H

#include "libforest/forest.h"

enum { INPUT_GRID_MAX = 100000 }; /* rows; a larger domain is not listed */

struct input_grid {
    size_t rows; /* 0: a feature is numeric, or there are too many */
    float *x;    /* [rows][schema->features], the last feature running fastest */
};

/* false where memory ran out. */
bool input_grid_make(struct input_grid *out, const struct forest_schema *schema);
void input_grid_done(struct input_grid *grid); /* fine on zeroes */

#endif
