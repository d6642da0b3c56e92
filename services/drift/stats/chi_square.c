/* chi_square.c - the 2 x k table, and the incomplete gamma function. */
#include "services/drift/stats/chi_square.h"

#include <math.h>

enum { MOST_TERMS = 10000 };
static const double enough = 1e-15; /* relative size of a term that no longer matters */

struct chi_square chi_square_two_samples(const uint32_t *a, const uint32_t *b, size_t k) {
    struct chi_square out = {.min_expected = INFINITY};
    double n = 0, m = 0, occur = 0, rarest = INFINITY;
    for (size_t i = 0; i < k; i++) {
        n += a[i];
        m += b[i];
    }
    if (n <= 0 || m <= 0)
        return out;
    double up = sqrt(m / n), down = sqrt(n / m);
    for (size_t i = 0; i < k; i++) {
        double both = (double)a[i] + b[i];
        if (both <= 0)
            continue;
        double apart = a[i] * up - b[i] * down;
        out.statistic += apart * apart / both;
        rarest = fmin(rarest, both);
        occur++;
    }
    out.freedom = occur - 1;
    out.min_expected = rarest * fmin(n, m) / (n + m);
    return out;
}

/* x^a e^-x / Gamma(a) */
static double gamma_front(double a, double x) {
    int sign;
    return exp(a * log(x) - x - lgamma_r(a, &sign));
}

/* The lower part as a series (Abramowitz and Stegun, 6.5.29). */
static double lower_series(double a, double x) {
    double term = 1 / a, sum = term;
    for (int i = 1; i < MOST_TERMS && term > sum * enough; i++) {
        term *= x / (a + i);
        sum += term;
    }
    return sum * gamma_front(a, x);
}

/* The upper part as a continued fraction (6.5.31), evaluated by Lentz's method. */
static double upper_fraction(double a, double x) {
    double b = x + 1 - a, c = 1e300, d = 1 / b, value = d;
    for (int i = 1; i < MOST_TERMS; i++) {
        double numerator = -i * (i - a);
        b += 2;
        d = 1 / (numerator * d + b);
        c = b + numerator / c;
        value *= c * d;
        if (fabs(c * d - 1) < enough)
            break;
    }
    return value * gamma_front(a, x);
}

double chi_square_tail(double x, double freedom) {
    double a = freedom / 2, half = x / 2;
    if (!(half > 0))
        return 1;
    return half < a + 1 ? 1 - lower_series(a, half) : upper_fraction(a, half);
}
