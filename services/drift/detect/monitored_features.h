/*
 * monitored_features.h - the monitored streams: each declared feature, their joint cell, and three of the champion: the
 * predicted package, its confidence, and whether it knows the categories.
 *
 * Today's champion predicts both the reference and the window, so that a new model does not look like drift; without a
 * champion its three streams are left out.
 */
#ifndef DRIFT_MONITORED_FEATURES_H
#define DRIFT_MONITORED_FEATURES_H

#include "libforest/forest.h"
#include "services/drift/data/cell_set.h"
#include "services/drift/data/reference.h"
#include "services/drift/detect/feature_layout.h"
#include "services/drift/stats/quantile_bins.h"

struct monitored_features {
    struct feature_layout layout;
    const struct cell_set *cell_set;            /* borrowed */
    const struct forest *forest;                /* borrowed; NULL: none */
    size_t joint, package, confidence, unknown; /* places of streams; MONITORED_FEATURES_NONE: left out */
    struct string_intern joint_cells;           /* the joint cells, by the numbers of their categories */
    struct quantile_bins *bins;                 /* [features], of the numeric ones */
    struct quantile_bins confidence_bins;
    float *number; /* [kinds][features]; NaN where missing or a category */
};
#define MONITORED_FEATURES_NONE ((size_t)-1)

/* For all kinds known by now; floor as in feature_layout.h, a fifth of it for the unknown share, since what the
 * champion does not know it answers blindly. false: out of memory. */
bool monitored_features_make(struct monitored_features *out, const struct cell_set *cell_set,
                             const struct reference *reference, const struct forest *forest, double floor);
void monitored_features_done(struct monitored_features *s); /* fine on zeroes */

/* "business_type", "joint cell", ... */
const char *monitored_features_name(const struct monitored_features *s, size_t feature);

/* A category in words, in out, cut after `most` bytes, never within a character. */
void monitored_features_category(const struct monitored_features *s, size_t feature, size_t category,
                                 char out[ETL_CONFIG_MAX_NAME + 1], size_t limit);

/* Whether a stream is a numeric feature. */
bool monitored_features_is_numeric(const struct monitored_features *s, size_t feature);

#endif
