/* portable_math_test.c - logarithms, exponentials and exact samplers. */
#include "libforest/base/portable_math.h"
#include "libforest/train/sampler.h"
#include "tests/unit/libforest/support.h"

static void logarithm_and_exponential_agree_with_the_libm(void **state) {
    (void)state;
    for (double x = 1e-15; x < 1e15; x *= 1.37)
        assert_near(lf_ln(x), log(x), 4e-16 * (1 + fabs(log(x))));
    for (double x = -700; x < 700; x += 0.713)
        assert_near(lf_exp(x) / exp(x), 1, 1e-14);
    assert_near(lf_ln(1), 0, 0);
    assert_near(lf_exp(0), 1, 0);
}

static void exponentials_together_are_those_one_by_one(void **state) {
    (void)state;
    const double x[] = {0, -0.3, 5, -741, 1e5, -1e300, -739.9, 1, 2, -3e-9, 700};
    for (size_t n = 0; n <= COUNT(x); n++) {
        double power[COUNT(x)];
        memcpy(power, x, sizeof x);
        lf_exps(power, n);
        for (size_t i = 0; i < COUNT(x); i++)
            assert_true(power[i] == (i < n ? lf_exp(x[i]) : x[i]));
    }
}

static void stirling_error_and_deviance_complete_the_factorial(void **state) {
    (void)state;
    for (double n = 1; n < 1e6; n = floor(n * 1.7) + 1)
        assert_near(lf_stirling_error(n) + (n + 0.5) * log(n) - n + 0.5 * log(2 * 3.14159265358979324), lgamma(n + 1),
                    1e-13 * (1 + lgamma(n + 1)));
    assert_near(lf_deviance(3, 3), 0, 0);
    assert_near(lf_deviance(1e9 + 1, 1e9), 5e-10, 1e-15);
    assert_near(lf_deviance(5, 2), 5 * log(2.5) - 3, 1e-14);
}

/* Chi-square of draws against probabilities; values expected less than five times are pooled at the ends. */
static double chi_square(const uint64_t *seen, const double *mass, size_t values, double draws, size_t *degrees) {
    double sum = 0, expected = 0, observed = 0;
    *degrees = 0;
    for (size_t k = 0; k < values; k++) {
        expected += mass[k] * draws;
        observed += (double)seen[k];
        if (expected < 8)
            continue;
        sum += (observed - expected) * (observed - expected) / expected;
        ++*degrees;
        expected = observed = 0;
    }
    return sum;
}

/* Five standard deviations above what chi-square is on average. */
static void assert_fits(const uint64_t *seen, const double *mass, size_t values, double draws) {
    size_t degrees;
    double statistic = chi_square(seen, mass, values, draws, &degrees), mean = (double)degrees;
    if (statistic > mean + 5 * sqrt(2 * mean) + 10)
        fail_msg("chi-square %.1f with %zu degrees of freedom", statistic, degrees);
}

enum { DRAWS = 300000, MOST = 4000 };

static void check_binomial(uint64_t n, double p) {
    static uint64_t seen[MOST + 1];
    static double mass[MOST + 1];
    struct lf_rng rng = lf_rng_start(n * 77 + (uint64_t)(p * 1e6));
    memset(seen, 0, sizeof seen);
    for (int i = 0; i < DRAWS; i++) {
        uint64_t k = lf_binomial(&rng, n, p);
        assert_true(k <= n);
        seen[k]++;
    }
    for (uint64_t k = 0; k <= n; k++)
        mass[k] = exp(lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1) + (double)k * log(p) +
                      (double)(n - k) * log(1 - p));
    assert_fits(seen, mass, n + 1, DRAWS);
}

static void binomial_draws_follow_the_law_by_inversion_and_by_rejection(void **state) {
    (void)state;
    check_binomial(1, 0.3);
    check_binomial(20, 0.01);
    check_binomial(20, 0.5);
    check_binomial(30, 0.9);
    check_binomial(100, 0.0999);
    check_binomial(100, 0.11);
    check_binomial(500, 0.5);
    check_binomial(4000, 0.002);
    check_binomial(4000, 0.3);
    check_binomial(4000, 0.97);
}

static void check_hypergeometric(uint64_t rows, uint64_t marked, uint64_t draws) {
    static uint64_t seen[MOST + 1];
    static double mass[MOST + 1];
    struct lf_rng rng = lf_rng_start(rows * 31 + marked * 7 + draws);
    memset(seen, 0, sizeof seen);
    memset(mass, 0, sizeof mass);
    uint64_t least = draws + marked > rows ? draws + marked - rows : 0, most = marked < draws ? marked : draws;
    for (int i = 0; i < DRAWS; i++) {
        uint64_t k = lf_hypergeometric(&rng, rows, marked, draws);
        assert_true(k >= least && k <= most);
        seen[k]++;
    }
    for (uint64_t k = least; k <= most; k++) {
        double n = (double)rows, m = (double)marked, d = (double)draws, x = (double)k;
        mass[k] = exp(lgamma(m + 1) - lgamma(x + 1) - lgamma(m - x + 1) + lgamma(n - m + 1) - lgamma(d - x + 1) -
                      lgamma(n - m - d + x + 1) - lgamma(n + 1) + lgamma(d + 1) + lgamma(n - d + 1));
    }
    assert_fits(seen, mass, most + 1, DRAWS);
}

static void hypergeometric_draws_follow_the_law(void **state) {
    (void)state;
    check_hypergeometric(10, 1, 4);
    check_hypergeometric(10, 4, 4);
    check_hypergeometric(10, 9, 9);
    check_hypergeometric(100, 60, 70);
    check_hypergeometric(1000, 3, 632);
    check_hypergeometric(5000, 2000, 3160);
    check_hypergeometric(1000000, 3000, 300000);
}

static void extreme_binomials_are_certain(void **state) {
    (void)state;
    struct lf_rng rng = lf_rng_start(1);
    assert_int_equal(lf_binomial(&rng, 1000, 0), 0);
    assert_int_equal(lf_binomial(&rng, 1000, 1), 1000);
    assert_int_equal(lf_binomial(&rng, 0, 0.5), 0);
    for (int i = 0; i < 100; i++)
        assert_true(lf_binomial(&rng, INT32_MAX, 1e-12) < 3);
}

/* Mean and variance at sizes where the law itself cannot be summed up. */
static void large_binomials_have_the_right_mean_and_spread(void **state) {
    (void)state;
    struct lf_rng rng = lf_rng_start(5);
    double n = 2e9, p = 0.37, sum = 0, squares = 0;
    for (int i = 0; i < DRAWS; i++) {
        double z = ((double)lf_binomial(&rng, (uint64_t)n, p) - n * p) / sqrt(n * p * (1 - p));
        sum += z;
        squares += z * z;
    }
    assert_near(sum / (double)DRAWS, 0, 5 / sqrt(DRAWS));
    assert_near(squares / (double)DRAWS, 1, 5 * sqrt(2.0 / (double)DRAWS));
}

static void bounded_numbers_are_even(void **state) {
    (void)state;
    uint64_t seen[7] = {0};
    double mass[7];
    struct lf_rng rng = lf_rng_start(9);
    for (int i = 0; i < DRAWS; i++)
        seen[lf_rng_below(&rng, 7)]++;
    for (int k = 0; k < 7; k++)
        mass[k] = 1.0 / 7;
    assert_fits(seen, mass, 7, DRAWS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logarithm_and_exponential_agree_with_the_libm),
        cmocka_unit_test(exponentials_together_are_those_one_by_one),
        cmocka_unit_test(stirling_error_and_deviance_complete_the_factorial),
        cmocka_unit_test(binomial_draws_follow_the_law_by_inversion_and_by_rejection),
        cmocka_unit_test(hypergeometric_draws_follow_the_law),
        cmocka_unit_test(extreme_binomials_are_certain),
        cmocka_unit_test(large_binomials_have_the_right_mean_and_spread),
        cmocka_unit_test(bounded_numbers_are_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
