/* leaf.h - class shares of a leaf in fixed point. */
#ifndef LF_LEAF_H
#define LF_LEAF_H

#include <stdint.h>

/*
 * Shares are integers that sum to exactly LF_ONE.  Sums of them over trees do not depend on the order,
 * so every way of walking gives the same answer, and 65535 trees fit 32 bits.
 */
enum { LF_ONE = 65535 };

/*
 * (count[k] + smoothing x prior[k]) / (sum + smoothing), rounded.  With smoothing above 0 every class
 * gets at least 1, so that no event is impossible; the most frequent class makes up for the rounding.
 */
void lf_leaf_shares(const uint32_t *count /* [classes] */, const double *prior /* [classes], sums to 1 */,
                    double smoothing, uint32_t classes, uint16_t *share /* [classes] */);

/* A sum of shares, which may lie where other numbers are expected. */
typedef uint32_t __attribute__((may_alias)) lf_sum;

/* Four classes are common enough for a loop of their own. */
static inline void lf_add_shares(lf_sum *sum, const uint16_t *share, uint32_t classes) {
    if (classes == 4) {
        const uint16_t of[4] = {share[0], share[1], share[2], share[3]};
        for (uint32_t k = 0; k < 4; k++)
            sum[k] += of[k];
    } else
        for (uint32_t k = 0; k < classes; k++)
            sum[k] += share[k];
}

#endif
