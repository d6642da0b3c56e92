/* tally.h - sums up metrics of predicted probabilities, row by row. */
#ifndef LF_TALLY_H
#define LF_TALLY_H

#include "libforest/forest.h"

enum { LF_ECE_BINS = 15 };

struct lf_tally {
    uint64_t rows;
    double right, loss, squares; /* weighted sums */
    double confidence[LF_ECE_BINS], hits[LF_ECE_BINS];
};

/* -ln of the probability of what happened, floored at 1e-15. */
double lf_loss(double probability);

/* Add a row; returns the class it was predicted to be. */
uint16_t lf_tally_add(struct lf_tally *tally, const double *prob, size_t classes, uint16_t label, uint64_t weight);

struct forest_metrics lf_tally_result(const struct lf_tally *tally);

#endif
