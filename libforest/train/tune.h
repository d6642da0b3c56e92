/*
 * tune.h - chooses min_leaf, mtry and smoothing by out-of-bag log-loss.
 *
 * Every setting is tried on the same draws of rows and with the same random numbers at nodes, so that
 * differences are those of the settings.  Smoothing changes leaves and not trees: its values share them.  Where
 * the forest will be calibrated, each setting is evaluated at its own temperature.  The best
 * setting of small forests replaces the given one only if it is also better with all trees.
 */
#ifndef LF_TUNE_H
#define LF_TUNE_H

#include "libforest/train/ensemble.h"

/* How many settings there are for so many features, and how many trees trying them all grows. */
uint32_t lf_tune_settings(uint32_t features);
uint32_t lf_tune_trees(uint32_t features, uint32_t trees);

/* limits and smoothing become those that were best; of equals, the first tried. */
enum forest_status lf_tune(const struct lf_training *training, const struct lf_oob_queries *queries, uint32_t trees,
                           bool calibrate, struct lf_limits *limits, double *smoothing, struct forest_error *err);

#endif
