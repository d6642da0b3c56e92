/*
 * feature_layout.h - the monitored streams: how each distinct set of inputs maps to a category in each stream.
 *
 * A kind is one distinct set of inputs.  It falls into one category of each stream: its business_type, its
 * size, its joint cell, the package the champion gives it, and so on.  Traffic is counts of kinds; counts
 * of categories of all streams stand one after the other in one vector of `cells` numbers.
 */
#ifndef DRIFT_FEATURE_LAYOUT_H
#define DRIFT_FEATURE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FEATURE_LAYOUT_MAX = 80 };

struct feature_layout {
    size_t features;
    size_t offset[FEATURE_LAYOUT_MAX + 1]; /* of a stream's first cell; the last one is `cells` */
    double floor[FEATURE_LAYOUT_MAX];      /* total variation below which a stream's change does not count */
    size_t cells;
    uint32_t *category; /* [kinds][streams] */
};

static inline size_t feature_layout_size(const struct feature_layout *layout) {
    return layout->offset[layout->features];
}

static inline size_t feature_layout_categories(const struct feature_layout *layout, size_t feature) {
    return layout->offset[feature + 1] - layout->offset[feature];
}

/* Count a kind `by` times in a vector of cells. */
void feature_layout_count(const struct feature_layout *layout, uint32_t *counts, uint32_t cell, uint32_t by);

#endif
