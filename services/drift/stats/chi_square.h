/* chi_square.h - Pearson's chi-square for two samples of categories, and the tail of its distribution. */
#ifndef DRIFT_CHI_SQUARE_H
#define DRIFT_CHI_SQUARE_H

#include <stddef.h>
#include <stdint.h>

struct chi_square {
    double statistic;
    double freedom;      /* categories that occur, less one; 0 where nothing can be compared */
    double min_expected; /* of the cells of the 2 x k table */
};

/* Both samples vary: neither is taken for the truth. */
struct chi_square chi_square_two_samples(const uint32_t *a /* [k] */, const uint32_t *b /* [k] */, size_t k);

/* The probability that a chi-square variable of so many degrees of freedom (above 0) is at least x. */
double chi_square_tail(double x, double freedom);

#endif
