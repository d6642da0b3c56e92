/*
 * cusum.h - a running sum that rises when errors become more frequent than they should be.
 *
 * Bernoulli CUSUM (Page, Biometrika 41, 1954): each outcome adds its log-likelihood ratio of "errors have
 * become more frequent" against "errors are as frequent as promised"; the sum never falls below 0 and
 * alarms at a limit, which follows from the number of outcomes expected before a false alarm (Brook and
 * Evans, Biometrika 59, 1972: a Markov chain on a grid).
 */
#ifndef DRIFT_CUSUM_H
#define DRIFT_CUSUM_H

#include <stdbool.h>

struct cusum {
    double sum, max;
};

/* What an outcome adds: `promised` is the probability of an error now, `worse` how much more it would be. */
double cusum_step(double promised, double worse, bool error);

void cusum_add(struct cusum *c, double step);

/* The mean number of outcomes until the sum first reaches limit, while errors are as promised. */
double cusum_run_length(double promised, double worse, double limit);

/* The limit whose run length is this long, within 1 %. */
double cusum_limit(double promised, double worse, double run_length);

#endif
