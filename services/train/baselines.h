/*
 * baselines.h - predictions by counting alone: the baselines that a forest must beat.
 *
 * majority  every row gets the class shares of the trained rows;
 * cells     a row gets the class shares of the trained rows with the same categorical values, with one
 *           row of each class added (Laplace).  Numeric features are left out of the cell.
 */
#ifndef TRAIN_BASELINES_H
#define TRAIN_BASELINES_H

#include "services/common/table/feature_table.h"

struct baselines {
    struct forest_metrics majority, frequency; /* on the hold-out */
};

/* Count on the rows whose weight is not 0, measure on the hold-out; false where memory ran out. */
bool baselines_measure(struct baselines *out, const struct feature_table *table, const uint32_t *weights);

#endif
