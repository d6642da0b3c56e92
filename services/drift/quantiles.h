/* quantiles.h - numbers put into bins that hold equal shares of the reference. */
#ifndef DRIFT_QUANTILES_H
#define DRIFT_QUANTILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QUANTILES = 10 };

/* A number that occurred so often. */
struct quantiles_value {
    float value;
    uint32_t rows;
};

/* Bins (edge[i-1], edge[i]]; equal numbers are never parted, so there may be fewer than ten. */
struct quantiles {
    size_t bins;           /* 1 .. QUANTILES */
    float edge[QUANTILES]; /* [bins - 1] upper edges, rising */
};

/* Sorts the values. */
void quantiles_make(struct quantiles *out, struct quantiles_value *values, size_t count);
size_t quantiles_bin(const struct quantiles *q, float value);

#endif
