/* portrait.h - a model on the hold-out beyond its means: how sure each mean is, and how true its probabilities are. */
#ifndef REGISTER_PORTRAIT_H
#define REGISTER_PORTRAIT_H

#include "services/common/paired.h"
#include "services/register/holdout.h"

enum { PORTRAIT_BINS = 10 };

/* Rows whose most probable package got a probability within one tenth. */
struct portrait_bin {
    uint64_t rows, right;
    double confidence; /* mean of these probabilities */
};

struct portrait {
    struct paired log_loss, brier, right; /* of the rows; right is 0 or 1, its mean the accuracy */
    struct portrait_bin bin[PORTRAIT_BINS];
};

/* false where memory ran out. */
bool portrait_take(struct portrait *out, const struct feature_table *table, const struct forest *model);

#endif
