/*
 * portable_math.h - logarithm and exponential that give the same bits everywhere.
 *
 * What decides the bytes of a model (acceptance in a sampler, the choice of a setting) may not depend
 * on whose libm is installed.  These use IEEE additions, multiplications and divisions alone, which
 * are exact to the last bit on every machine, and are good to about 1e-15 relative.
 */
#ifndef LF_PORTABLE_MATH_H
#define LF_PORTABLE_MATH_H

#include <stddef.h>
#include <stdint.h>

double lf_ln(double x);                       /* x >= 0; of 0, a very negative finite number */
double lf_exp(double x);                      /* any finite x */
void lf_exps(double *x, size_t n);            /* e to the x[i], the same bits, in place */
double lf_power(double base, uint64_t times); /* base^times by repeated squaring */

/* ln n! minus Stirling's (n + 1/2) ln n - n + ln(2 pi)/2, for n >= 1; for 0 the value that makes
 * Loader's formulas true, 0. */
double lf_stirling_error(double n);

/* x ln(x/m) + m - x, without cancellation near x = m; x >= 0, m > 0. */
double lf_deviance(double x, double m);

#endif
