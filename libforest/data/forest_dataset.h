/* forest_dataset.h - reads the contents of a data set: its distinct (row, label) pairs, in no particular order. */
#ifndef LF_FOREST_DATASET_H
#define LF_FOREST_DATASET_H

#include "libforest/forest.h"

struct lf_cell {
    uint64_t count; /* above 0 */
    uint16_t label;
    float *row; /* [features], the caller's memory; values as forest.h says */
};

/* A feature's value in each cell: its code (forest_schema.h), or the bits of the number, NaN in one form. */
void lf_dataset_column(const struct forest_dataset *ds, size_t feature, uint32_t *word /* [cells] */);

/* Label and weight of each cell, in the same order. */
void lf_dataset_labels(const struct forest_dataset *ds, uint16_t *label /* [cells] */, uint64_t *count /* [cells] */);

/* Visit the cells in that order: start with *position 0; false after the last. */
bool lf_dataset_next(const struct forest_dataset *ds, size_t *position, struct lf_cell *cell);

#endif
