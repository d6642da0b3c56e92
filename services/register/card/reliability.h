/* reliability.h - a model on the hold-out beyond its means: how sure each mean is, and how true its probabilities are.
 */
#ifndef REGISTER_RELIABILITY_H
#define REGISTER_RELIABILITY_H

#include "services/common/util/paired_diff.h"
#include "services/register/gate/holdout.h"

enum { RELIABILITY_BINS = 10 };

/* Rows whose most probable package got a probability within one tenth. */
struct reliability_bin {
    uint64_t rows, correct;
    double confidence; /* mean of these probabilities */
};

struct reliability {
    struct paired_diff log_loss, brier, correct; /* of the rows; right is 0 or 1, its mean the accuracy */
    struct reliability_bin bin[RELIABILITY_BINS];
};

/* false where memory ran out. */
bool reliability_measure(struct reliability *out, const struct feature_table *table, const struct forest *model);

#endif
