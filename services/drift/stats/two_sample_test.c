/* two_sample_test.c - chi-square, exact and permutation tests of a 2 x k table. */
#include "services/drift/stats/two_sample_test.h"

#include <math.h>

#include "services/common/util/rng.h"

enum { ENOUGH_EXTREME = 10 };
static const double cannot_matter = 0.1, rounding = 1e-9;

static double log_choose(double n, double k) {
    int sign;
    return lgamma_r(n + 1, &sign) - lgamma_r(k + 1, &sign) - lgamma_r(n - k + 1, &sign);
}

/* Given the margins, the number of rows of a in category 1 is hypergeometric. */
double two_sample_test_exact(uint32_t a0, uint32_t a1, uint32_t b0, uint32_t b1) {
    double n = (double)a0 + a1, m = (double)b0 + b1, ones = (double)a1 + b1, all = n + m;
    double expected = n * ones / all, deviation = fabs(a1 - expected) * (1 - rounding), p = 0;
    uint64_t first = ones > m ? (uint64_t)(ones - m) : 0, last = (uint64_t)fmin(n, ones);
    for (uint64_t i = first; i <= last; i++) {
        double x = (double)i;
        if (fabs(x - expected) >= deviation)
            p += exp(log_choose(n, x) + log_choose(m, ones - x) - log_choose(all, ones));
    }
    return fmin(p, 1);
}

/* The part of chi-square that a deal changes: sum of a^2 / (a + b). */
static double spread(const double *weight, const uint32_t *resampled, size_t k) {
    double sum = 0;
    for (size_t i = 0; i < k; i++)
        sum += weight[i] * resampled[i] * resampled[i];
    return sum;
}

static void resample(struct rng *rng, uint16_t *permutation, uint32_t all, uint32_t sample_size, uint32_t *resampled,
                     size_t k) {
    for (size_t i = 0; i < k; i++)
        resampled[i] = 0;
    for (uint32_t i = 0; i < sample_size; i++) {
        uint32_t other = i + rng_below(rng, all - i);
        uint16_t category = permutation[other];
        permutation[other] = permutation[i];
        permutation[i] = category;
        resampled[category]++;
    }
}

double two_sample_test_permuted(const uint32_t *a, const uint32_t *b, size_t k, uint64_t seed, uint16_t *permutation) {
    double weight[TWO_SAMPLE_TEST_MAX_CATEGORIES];
    uint32_t resampled[TWO_SAMPLE_TEST_MAX_CATEGORIES], n = 0, m = 0, all = 0;
    for (size_t i = 0; i < k; i++) {
        uint32_t both = a[i] + b[i];
        for (uint32_t category = 0; category < both; category++)
            permutation[all++] = (uint16_t)i;
        weight[i] = both > 0 ? 1.0 / both : 0;
        n += a[i];
        m += b[i];
    }
    const uint32_t *smaller = n < m ? a : b;
    double real = spread(weight, smaller, k) * (1 - rounding);
    struct rng rng = {seed};
    uint32_t extreme = 0, resamples = 0;
    while (resamples < TWO_SAMPLE_TEST_RESAMPLES && extreme < ENOUGH_EXTREME) {
        resample(&rng, permutation, all, n < m ? n : m, resampled, k);
        extreme += spread(weight, resampled, k) >= real;
        resamples++;
    }
    return extreme < ENOUGH_EXTREME ? (extreme + 1.0) / (resamples + 1.0) : (double)extreme / resamples;
}

static uint64_t rows_of(const uint32_t *a, const uint32_t *b, size_t k) {
    uint64_t rows = 0;
    for (size_t i = 0; i < k; i++)
        rows += (uint64_t)a[i] + b[i];
    return rows;
}

struct two_sample_test two_sample_test(const uint32_t *a, const uint32_t *b, size_t k, uint64_t seed,
                                       uint16_t *permutation) {
    struct two_sample_test out = {chi_square_two_samples(a, b, k), 1, BY_NOTHING};
    if (out.chi.freedom < 1)
        return out;
    out.method = BY_CHI_SQUARE;
    out.p = chi_square_tail(out.chi.statistic, out.chi.freedom);
    if (out.chi.min_expected >= TWO_SAMPLE_TEST_MIN_EXPECTED)
        return out;
    if (k == 2) {
        out.method = BY_EXACT;
        out.p = two_sample_test_exact(a[0], a[1], b[0], b[1]);
    } else if (out.p < cannot_matter && permutation != NULL && rows_of(a, b, k) <= TWO_SAMPLE_TEST_MAX_ROWS) {
        out.method = BY_PERMUTATION;
        out.p = two_sample_test_permuted(a, b, k, seed, permutation);
    }
    return out;
}
