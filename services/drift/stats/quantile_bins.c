/* quantile_bins.c - finds the edges after each tenth of the rows. */
#include "services/drift/stats/quantile_bins.h"

#include <math.h>
#include <stdlib.h>

static int by_value(const void *left, const void *right) {
    const struct quantile_bins_value *a = left, *b = right;
    return a->value < b->value ? -1 : a->value > b->value;
}

void quantile_bins_make(struct quantile_bins *out, struct quantile_bins_value *values, size_t count) {
    double all = 0, rows_before = 0, wanted = 1; /* tenths that the next edge must pass */
    qsort(values, count, sizeof *values, by_value);
    for (size_t i = 0; i < count; i++)
        all += values[i].rows;
    *out = (struct quantile_bins){.bins = 1};
    for (size_t i = 0; i < count; i++) {
        rows_before += values[i].rows;
        bool last_of_its_value = i + 1 < count && values[i].value < values[i + 1].value;
        if (!last_of_its_value || rows_before * (double)QUANTILE_BINS < all * wanted || rows_before >= all)
            continue;
        out->edge[out->bins++ - 1] = values[i].value;
        wanted = floor(rows_before * (double)QUANTILE_BINS / all) +
                 1; /* a frequent number may pass several tenths at once */
    }
}

size_t quantile_bins_find(const struct quantile_bins *q, float value) {
    size_t bin = 0;
    while (bin + 1 < q->bins && value > q->edge[bin])
        bin++;
    return bin;
}
