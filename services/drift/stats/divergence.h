/* divergence.h - how far a window's categories are from the reference's: sizes, not decisions. */
#ifndef DRIFT_DIVERGENCE_H
#define DRIFT_DIVERGENCE_H

#include <stddef.h>
#include <stdint.h>

struct divergence {
    double psi;             /* population stability index; a share of 0 counts as 0.0001 */
    double psi_adjusted;    /* less what chance alone gives, (k - 1)(1/n + 1/m) */
    double jensen_shannon;  /* distance (the root of the divergence), natural logarithm: 0 .. 0.8326 */
    double total_variation; /* half the sum of differences of shares: 0 .. 1 */
    double cramers_v;       /* root of chi-square over rows: 0 .. 1 */
    size_t top_contributor; /* the category whose share changed most */
    double top_change;      /* of its share, window less reference */
};

/* Both samples must have rows. */
struct divergence divergence_of(const uint32_t *reference /* [k] */, const uint32_t *window /* [k] */, size_t k);

/* Wasserstein-1 distance of two samples of numbers, both in rising order and not empty. */
double divergence_wasserstein(const float *a, size_t n, const float *b, size_t m);

#endif
