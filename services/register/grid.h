/* grid.h - every possible input of a schema whose features are all categorical, as rows. */
#ifndef REGISTER_GRID_H
#define REGISTER_GRID_H

#include "libforest/forest.h"

enum { GRID_MOST = 100000 }; /* rows; a larger domain is not listed */

struct grid {
    size_t rows; /* 0: a feature is numeric, or there are too many */
    float *x;    /* [rows][schema->features], the last feature running fastest */
};

/* false where memory ran out. */
bool grid_make(struct grid *out, const struct forest_schema *schema);
void grid_done(struct grid *grid); /* fine on zeroes */

#endif
