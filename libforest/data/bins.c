/* bins.c - codes for the values of a numeric feature. */
#include "libforest/data/bins.h"

#include "libforest/base/sort.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Bits of floats in an order that is the order of the numbers, and back. */
static uint32_t to_ordered(uint32_t bits) {
    return bits & 0x80000000U ? ~bits : bits | 0x80000000U;
}

static float from_ordered(uint32_t ordered) {
    uint32_t bits = ordered & 0x80000000U ? ordered & 0x7fffffffU : ~ordered;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool is_nan(uint32_t bits) {
    return (bits & 0x7fffffffU) > 0x7f800000U;
}

static float midpoint(float a, float b) {
    float middle = (float)(((double)a + (double)b) / 2);
    return isfinite(middle) && middle >= a && middle < b ? middle : a;
}

/* Sorted values with their cells in the low bits, and what is left to put into how many bins. */
struct sorted_values {
    const uint64_t *item; /* [n], ordered bits of the value << 32 | cell */
    size_t n;
    const uint64_t *count;
    uint32_t distinct;
};

static uint32_t value_at(const struct sorted_values *sorted, size_t i) {
    return (uint32_t)(sorted->item[i] >> 32);
}

static uint32_t count_distinct(const struct sorted_values *sorted) {
    uint32_t distinct = 0;
    for (size_t i = 0; i < sorted->n; i++)
        distinct += i == 0 || value_at(sorted, i) != value_at(sorted, i - 1);
    return distinct;
}

/*
 * Assign codes from the smallest value up.  A bin is closed once it has its even share of the weight that was left when
 * it was opened; with as many bins as distinct values each value gets its own bin.
 */
static void give_codes(const struct sorted_values *sorted, uint32_t bins, struct lf_bins *out, uint16_t *code) {
    double left = 0, held = 0;
    for (size_t i = 0; i < sorted->n; i++)
        left += (double)sorted->count[(uint32_t)sorted->item[i]];
    uint32_t bin = 1;
    double share = left / bins;
    for (size_t i = 0; i < sorted->n; i++) {
        bool new_value = i > 0 && value_at(sorted, i) != value_at(sorted, i - 1);
        if (new_value && bin < bins && (bins == sorted->distinct || held >= share)) {
            out->cut[bin - 1] = midpoint(from_ordered(value_at(sorted, i - 1)), from_ordered(value_at(sorted, i)));
            left -= held;
            held = 0;
            share = left / (bins - bin++);
        }
        uint32_t cell = (uint32_t)sorted->item[i];
        held += (double)sorted->count[cell];
        code[cell] = (uint16_t)bin;
    }
    out->codes = bin + 1;
}

bool lf_bins_make(struct lf_bins *out, const uint32_t *word, const uint64_t *count, size_t cells, uint16_t *code) {
    uint64_t *item = calloc(2 * cells + 1, sizeof *item);
    if (item == NULL)
        return false;
    size_t n = 0;
    for (size_t cell = 0; cell < cells; cell++) {
        code[cell] = 0;
        if (!is_nan(word[cell]))
            item[n++] = (uint64_t)to_ordered(word[cell]) << 32 | cell;
    }
    lf_sort_values(item, item + cells, n);
    struct sorted_values sorted = {item, n, count, 0};
    sorted.distinct = count_distinct(&sorted);
    bool exact = sorted.distinct <= LF_QUANTILES || cells <= LF_EXACT_CELLS;
    uint32_t bins = exact ? sorted.distinct : LF_QUANTILES;
    if (bins == 0)
        bins = 1; /* all missing */
    out->cut = calloc(bins, sizeof *out->cut);
    if (out->cut != NULL)
        give_codes(&sorted, bins, out, code);
    free(item);
    return out->cut != NULL;
}
