/* leaf.c - class shares of a leaf in fixed point. */
#include "libforest/tree/leaf.h"

void lf_leaf_shares(const uint32_t *count, const double *prior, double smoothing, uint32_t classes, uint16_t *share) {
    double rows = smoothing;
    for (uint32_t k = 0; k < classes; k++)
        rows += count[k];
    int32_t rest = LF_ONE;
    uint32_t largest = 0;
    for (uint32_t k = 0; k < classes; k++) {
        int32_t units = (int32_t)((count[k] + smoothing * prior[k]) / rows * (double)LF_ONE + 0.5);
        if (units == 0 && smoothing > 0)
            units = 1;
        share[k] = (uint16_t)units;
        rest -= units;
        largest = share[k] > share[largest] ? k : largest;
    }
    share[largest] = (uint16_t)(share[largest] + rest);
}
