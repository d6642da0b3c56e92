/*
 * importance.h - impurity and permutation importance of features.
 *
 * Impurity: how much splits on the feature lowered Gini impurity, averaged over trees, as a share.
 *
 * Permutation: how much the out-of-bag log-loss rises when the feature's values are shuffled among rows.
 * Shuffling gives a row each value with the chance that the value has in the data.  Where a feature takes
 * at most LF_CLOSED_FORM values the rise is therefore computed as the sum over all of them, without
 * chance; for others one value a row is drawn.  Rows are sampled evenly where the work would be too much.
 */
#ifndef LF_IMPORTANCE_H
#define LF_IMPORTANCE_H

#include "libforest/train/ensemble.h"

enum { LF_CLOSED_FORM = 32 };

void lf_impurity_importance(const struct lf_tree *tree, uint32_t trees, uint32_t features,
                            double *out /* [features] */);

/* votes are those of all trees on queries of units, for which bootstrap left rows out of bag. */
enum forest_status lf_permutation_importance(const struct lf_training *training, struct lf_tree *tree, uint32_t trees,
                                             const struct lf_oob_queries *queries, const struct lf_votes *votes,
                                             double *out /* [features] */, struct forest_error *err);

#endif
