/*
 * calibrate.h - temperature scaling: p[k]^(1/T), normalised.  T above 1 makes a forest less sure of
 * itself, below 1 more; the order of classes stays (Guo et al. 2017).
 */
#ifndef LF_CALIBRATE_H
#define LF_CALIBRATE_H

#include <stddef.h>

/* No temperature is outside; those fitted are well inside. */
#define LF_MIN_TEMPERATURE 0.05
#define LF_MAX_TEMPERATURE 20.0

void lf_calibrate(double *prob /* [classes], sums to 1 */, size_t classes, double temperature);

#endif
