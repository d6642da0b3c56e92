/* ensemble.h - many trees on one matrix: growing them by several threads, and their out-of-bag votes. */
#ifndef LF_ENSEMBLE_H
#define LF_ENSEMBLE_H

#include "libforest/base/parallel.h"
#include "libforest/train/oob.h"

enum { LF_MAX_VARIANTS = 8 };

/* What all trees of one training have in common. */
struct lf_training {
    const struct lf_matrix *matrix;
    const struct lf_bootstrap *bootstrap;
    double prior[FOREST_MAX_CLASSES]; /* class shares of all data, by sampling weight */
    uint64_t seed;
    unsigned threads;
    struct lf_watch *watch;
};

/* How leaves are smoothed; with several variants trees vote in each of them, and are not kept. */
struct lf_smoothing {
    uint32_t variants;
    double rows[LF_MAX_VARIANTS];
};

/*
 * Grow trees from .. to-1 and add their votes.  tree is [to] or NULL; those grown are put into it and
 * are the caller's, also after a failure.
 */
enum forest_status lf_ensemble_grow(const struct lf_training *training, const struct lf_limits *limits,
                                    const struct lf_smoothing *smoothing, uint32_t from, uint32_t to,
                                    const struct lf_oob_queries *queries, struct lf_votes *votes, struct lf_tree *tree,
                                    struct forest_error *err);

/* Add the votes of trees that are there already, 0 .. trees-1. */
enum forest_status lf_ensemble_vote(const struct lf_training *training, struct lf_tree *tree, uint32_t trees,
                                    const struct lf_oob_queries *queries, struct lf_votes *votes,
                                    struct forest_error *err);

#endif
