/* portable_math.c - logarithm and exponential that give the same bits everywhere. */
#include "libforest/base/portable_math.h"

#include <math.h>

#define LN2_HIGH 0x1.62e42fee00000p-1 /* ln 2 to 33 bits, so that a multiple of it is exact */
#define LN2_LOW 0x1.a39ef35793c76p-33

enum { LANES = 4 };

/* ln((1+s)/(1-s)) - 2s = 2 (s^3/3 + s^5/5 + ...) for small s. */
static double atanh_tail(double s) {
    double square = s * s, sum = 0;
    for (int power = 25; power >= 3; power -= 2)
        sum = (sum + 1.0 / power) * square;
    return 2 * s * sum;
}

double lf_ln(double x) {
    if (x <= 0)
        return -1e300;
    int exponent;
    double mantissa = frexp(x, &exponent); /* exact */
    if (mantissa < 0.70710678118654752) {
        mantissa *= 2;
        exponent--;
    }
    double s = (mantissa - 1) / (mantissa + 1);
    return exponent * LN2_HIGH + (2 * s + (atanh_tail(s) + exponent * LN2_LOW));
}

/* e to the x[i], in place.  Each term of the series waits for a division, so that a few are computed at once. */
static inline void exponentials(double *x, size_t lanes) {
    double rest[LANES], sum[LANES];
    int twos[LANES];
    for (size_t i = 0; i < lanes; i++) {
        double within = x[i] > 709 ? 709 : x[i] < -740 ? -740 : x[i];
        twos[i] = (int)(within * 1.4426950408889634 + (within < 0 ? -0.5 : 0.5));
        rest[i] = (within - twos[i] * LN2_HIGH) - twos[i] * LN2_LOW;
        sum[i] = 1;
    }
    for (int n = 15; n >= 1; n--)
        for (size_t i = 0; i < lanes; i++)
            sum[i] = 1 + sum[i] * rest[i] / n;
    for (size_t i = 0; i < lanes; i++)
        x[i] = x[i] < -740 ? 0 : ldexp(sum[i], twos[i]); /* exact */
}

double lf_exp(double x) {
    exponentials(&x, 1);
    return x;
}

void lf_exps(double *x, size_t n) {
    size_t done = 0;
    for (; done + LANES <= n; done += LANES)
        exponentials(x + done, LANES);
    for (; done < n; done++)
        exponentials(x + done, 1);
}

double lf_power(double base, uint64_t times) {
    double result = 1;
    for (; times != 0; times >>= 1, base *= base)
        if (times & 1)
            result *= base;
    return result;
}

double lf_stirling_error(double n) {
    static const double of[10] = {0,
                                  0.08106146679532726,
                                  0.04134069595540929,
                                  0.02767792568499834,
                                  0.02079067210376509,
                                  0.01664469118982119,
                                  0.01387612882307075,
                                  0.01189670994589177,
                                  0.01041126526197210,
                                  0.009255462182712733};
    if (n < 10)
        return of[(int)n];
    double square = n * n;
    return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 / square) / square) / square) / square) / n;
}

double lf_deviance(double x, double m) {
    if (x <= 0)
        return m;
    double s = (x - m) / (x + m);
    if (s > 0.1 || s < -0.1)
        return x * lf_ln(x / m) + m - x;
    return (x - m) * s + x * atanh_tail(s); /* x ln(x/m) = x (2s + tail), and 2sx + m - x = (x-m) s */
}
