/* holm.h - Holm's correction of the p-values of several tests. */
#ifndef DRIFT_HOLM_H
#define DRIFT_HOLM_H

#include <stddef.h>

enum { HOLM_MAX = 128 };

/*
 * Adjust p[n] in place, n at most HOLM_MAX: rejecting where the adjusted value is at most alpha, the probability of
 * any false rejection is at most alpha, however the tests depend on each other (Holm, Scand. J. Statist. 6, 1979).
 */
void holm_adjust(double *p, size_t n);

#endif
