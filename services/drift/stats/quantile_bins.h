/* quantile_bins.h - bins of numbers that contain equal shares of the reference. */
#ifndef DRIFT_QUANTILE_BINS_H
#define DRIFT_QUANTILE_BINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QUANTILE_BINS = 10 };

/* A number that occurred so often. */
struct quantile_bins_value {
    float value;
    uint32_t rows;
};

/* Bins (edge[i-1], edge[i]]; equal numbers are never split, so there may be fewer than ten. */
struct quantile_bins {
    size_t bins;               /* 1 .. QUANTILES */
    float edge[QUANTILE_BINS]; /* [bins - 1] upper edges, rising */
};

/* Sorts the values. */
void quantile_bins_make(struct quantile_bins *out, struct quantile_bins_value *values, size_t count);
size_t quantile_bins_find(const struct quantile_bins *q, float value);

#endif
