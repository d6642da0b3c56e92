/*
 * bins.h - codes for the values of a numeric feature.
 *
 * Code 0 is missing; a number's code is 1 + how many cuts lie below it.  Where the distinct values are
 * few, or the cells few, each value has a code of its own; otherwise codes are weighted quantiles, at
 * most LF_QUANTILES of them.  A cut is the float32 midpoint between two neighbours a < b with
 * a <= cut < b, so that `x > cut` separates them in float32 everywhere.
 */
#ifndef LF_BINS_H
#define LF_BINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LF_QUANTILES = 254, LF_EXACT_CELLS = 1 << 15 };

struct lf_bins {
    uint32_t codes; /* at least 2: missing, and one for numbers */
    float *cut;     /* [codes - 2], ascending; the caller frees it */
};

/* False when memory ran out. */
bool lf_bins_make(struct lf_bins *out, const uint32_t *word /* [cells], bits of a float */,
                  const uint64_t *count /* [cells] */, size_t cells, uint16_t *code /* [cells] */);

/* The code of a value under given cuts. */
static inline uint32_t lf_bin_code(const float *cut, uint32_t cuts, float value) {
    if (value != value)
        return 0;
    uint32_t below = 0; /* cuts known to be below; a product, because a branch would be mispredicted */
    for (uint32_t n = cuts; n > 0; n /= 2) {
        uint32_t half = n - n / 2;
        below += half * (cut[below + half - 1] < value);
    }
    return 1 + below;
}

enum { LF_BIN_LANES = 8 };

/* The same for a few values, which are looked up step by step together. */
static inline void lf_bin_codes(const float *cut, uint32_t cuts, const float *value /* [LF_BIN_LANES] */,
                                uint32_t *code /* [LF_BIN_LANES] */) {
    uint32_t below[LF_BIN_LANES] = {0};
    for (uint32_t n = cuts; n > 0; n /= 2) {
        uint32_t half = n - n / 2;
        for (uint32_t i = 0; i < LF_BIN_LANES; i++)
            below[i] += half * (cut[below[i] + half - 1] < value[i]);
    }
    for (uint32_t i = 0; i < LF_BIN_LANES; i++)
        code[i] = value[i] == value[i] ? 1 + below[i] : 0;
}

#endif
