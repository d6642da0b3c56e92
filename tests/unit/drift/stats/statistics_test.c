/* Tests of the statistics against values worked out by hand or by listing every case. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "services/drift/stats/chi_square.h"
#include "services/drift/stats/cusum.h"
#include "services/drift/stats/divergence.h"
#include "services/drift/stats/holm.h"
#include "services/drift/stats/stratified_test.h"
#include "services/drift/stats/two_sample_test.h"

static void near(double value, double expected, double error) {
    if (!(fabs(value - expected) <= error))
        fail_msg("%.12g is not %.12g within %g", value, expected, error);
}

/* With 2 degrees the tail is e^(-x/2), with 4 e^(-x/2)(1 + x/2), with 1 it is erfc(sqrt(x/2)). */
static void the_tail_of_chi_square_is_its_closed_form(void **state) {
    (void)state;
    for (double x = 0.01; x < 200; x *= 1.7) {
        near(chi_square_tail(x, 2) / exp(-x / 2), 1, 1e-10);
        near(chi_square_tail(x, 4) / (exp(-x / 2) * (1 + x / 2)), 1, 1e-10);
        near(chi_square_tail(x, 1) / erfc(sqrt(x / 2)), 1, 1e-9);
    }
    near(chi_square_tail(0, 3), 1, 0);
}

/* 10 20 | 20 10: every expected count is 15, so chi-square is 4 x 25 / 15. */
static void chi_square_of_a_table_is_the_sum_over_its_cells(void **state) {
    (void)state;
    uint32_t a[] = {10, 20}, b[] = {20, 10}, c[] = {5, 0, 5}, d[] = {0, 0, 10};
    struct chi_square table = chi_square_two_samples(a, b, 2);
    near(table.statistic, 100.0 / 15, 1e-12);
    near(table.freedom, 1, 0);
    near(table.min_expected, 15, 1e-12);
    /* A category that never occurs is none; 2.5 + 2.5 and (2.5^2 / 7.5) x 2. */
    table = chi_square_two_samples(c, d, 3);
    near(table.statistic, 5 + 2 * 2.5 * 2.5 / 7.5, 1e-12);
    near(table.freedom, 1, 0);
}

static void a_sample_larger_than_the_reference_is_no_drift_by_itself(void **state) {
    (void)state;
    uint32_t a[] = {1000, 3000, 6000}, b[] = {10, 30, 60};
    near(chi_square_two_samples(a, b, 3).statistic, 0, 1e-9);
}

/* The lady tasting tea: 4 and 4 cups, 3 right. Of C(8,4) = 70 deals, 1 + 16 + 16 + 1 are as far from 2. */
static void the_exact_test_counts_every_deal(void **state) {
    (void)state;
    near(two_sample_test_exact(1, 3, 3, 1), 34.0 / 70, 1e-12);
    near(two_sample_test_exact(0, 4, 4, 0), 2.0 / 70, 1e-12);
    near(two_sample_test_exact(2, 2, 2, 2), 1, 1e-12);
}

static void dealing_anew_finds_the_exact_probability(void **state) {
    (void)state;
    uint32_t a[] = {1, 5}, b[] = {6, 2};
    uint16_t permutation[14];
    double mean = 0;
    for (uint64_t seed = 0; seed < 400; seed++)
        mean += two_sample_test_permuted(a, b, 2, seed, permutation) / 400;
    near(mean, two_sample_test_exact(1, 5, 6, 2), 0.015);
    near(two_sample_test_permuted(a, b, 2, 1, permutation), two_sample_test_permuted(a, b, 2, 1, permutation), 0);
}

static void sparse_tables_are_not_left_to_chi_square(void **state) {
    (void)state;
    uint32_t a[] = {2, 40}, b[] = {0, 60}, c[] = {3, 1, 36}, d[] = {0, 0, 60}, e[] = {30, 30}, f[] = {40, 20};
    uint16_t permutation[200];
    assert_int_equal(two_sample_test(a, b, 2, 1, permutation).method, BY_EXACT);
    assert_int_equal(two_sample_test(c, d, 3, 1, permutation).method, BY_PERMUTATION);
    assert_int_equal(two_sample_test(e, f, 2, 1, permutation).method, BY_CHI_SQUARE);
    assert_int_equal(two_sample_test(d, d + 2, 1, 1, permutation).method, BY_NOTHING);
}

static void of_a_great_many_rows_none_are_dealt(void **state) {
    (void)state;
    uint32_t a[] = {60000, 40000, 0}, b[] = {50000, 50000, 1};
    uint32_t c[] = {60000, 39999, 0}, d[] = {60520, 39480, 1}; /* so near that few deals will do */
    uint16_t none[1];                                          /* whatever is dealt would be beyond it */
    assert_int_equal(two_sample_test(a, b, 3, 1, none).method, BY_CHI_SQUARE);
    assert_true(two_sample_test(a, b, 3, 1, none).p < 1e-9);
    uint16_t *permutation = malloc(200000 * sizeof *permutation);
    assert_non_null(permutation);
    assert_int_equal(two_sample_test(c, d, 3, 1, permutation).method, BY_PERMUTATION);
    free(permutation);
}

/* 0.01 0.04 0.03 0.5 -> 0.04; 0.03 x 3 = 0.09; 0.04 x 2 = 0.08, raised to 0.09; 0.5. */
static void holm_multiplies_by_the_tests_that_are_left(void **state) {
    (void)state;
    double p[] = {0.01, 0.04, 0.03, 0.5}, one[] = {0.7}, high[] = {0.9, 0.8};
    holm_adjust(p, 4);
    near(p[0], 0.04, 1e-15);
    near(p[1], 0.09, 1e-15);
    near(p[2], 0.09, 1e-15);
    near(p[3], 0.5, 1e-15);
    holm_adjust(one, 1);
    near(one[0], 0.7, 0);
    holm_adjust(high, 2);
    near(high[0], 1, 0);
    near(high[1], 1, 0);
}

/* Shares 1/2 1/2 against 1/4 3/4. */
static void distances_are_those_of_their_definitions(void **state) {
    (void)state;
    uint32_t reference[] = {50, 50}, window[] = {25, 75};
    struct divergence d = divergence_of(reference, window, 2);
    double psi = -0.25 * log(0.5) + 0.25 * log(1.5);
    near(d.psi, psi, 1e-12);
    near(d.psi_adjusted, psi - 2.0 / 100, 1e-12);
    double js =
        0.5 * (0.5 * log(0.5 / 0.375) + 0.5 * log(0.5 / 0.625) + 0.25 * log(0.25 / 0.375) + 0.75 * log(0.75 / 0.625));
    near(d.jensen_shannon, sqrt(js), 1e-12);
    near(d.total_variation, 0.25, 1e-12);
    near(d.cramers_v, sqrt(2 * (12.5 * 12.5 / 37.5 + 12.5 * 12.5 / 62.5) / 200), 1e-12);
    near(fabs(d.top_change), 0.25, 1e-12);
}

static void the_top_contributor_is_the_one_that_changed_most(void **state) {
    (void)state;
    uint32_t reference[] = {50, 30, 20}, window[] = {30, 30, 40}, new[] = {50, 30, 20, 50};
    uint32_t known[] = {50, 30, 20, 0};
    assert_int_equal(divergence_of(reference, window, 3).top_contributor, 0);
    assert_int_equal(divergence_of(known, new, 4).top_contributor, 3);
    near(divergence_of(known, new, 4).top_change, 1.0 / 3, 1e-12);
}

/* All of one sample is 1 higher: 1. Half of it 4 higher: 2. */
static void wasserstein_is_how_far_rows_must_be_carried(void **state) {
    (void)state;
    float a[] = {1, 2, 3}, b[] = {2, 3, 4}, c[] = {0, 0}, d[] = {0, 0, 4, 4}, e[] = {9};
    near(divergence_wasserstein(a, 3, b, 3), 1, 1e-12);
    near(divergence_wasserstein(c, 2, d, 4), 2, 1e-12);
    near(divergence_wasserstein(d, 4, c, 2), 2, 1e-12);
    near(divergence_wasserstein(a, 3, a, 3), 0, 0);
    near(divergence_wasserstein(e, 1, a, 3), 7, 1e-12);
}

/* A limit below one error's step is reached by the first error: 1 / p outcomes. */
static void the_first_error_alarms_where_the_limit_is_below_its_step(void **state) {
    (void)state;
    double step = cusum_step(0.2, 0.2, true);
    near(cusum_run_length(0.2, 0.2, 0.99 * step), 5, 1e-6);
}

/*
 * A right one steps down by more than an error steps up, so that it wipes one error out: with the limit
 * between one and two steps, two errors in a row are needed, 1/p + 1/p^2 outcomes.
 */
static void two_errors_in_a_row_take_their_known_time(void **state) {
    (void)state;
    double p = 0.6, up = cusum_step(p, 0.1, true), down = -cusum_step(p, 0.1, false);
    assert_true(down > up);
    near(cusum_run_length(p, 0.1, 1.5 * up), 1 / p + 1 / (p * p), 1e-6);
}

static void a_limit_keeps_the_run_length_requested(void **state) {
    (void)state;
    double limit = cusum_limit(0.35, 0.1, 2000);
    near(cusum_run_length(0.35, 0.1, limit), 2000, 30);
    assert_true(cusum_limit(0.35, 0.1, 20000) > limit);
}

static void the_sum_forgets_good_times(void **state) {
    (void)state;
    struct cusum c = {0};
    cusum_add(&c, -5);
    cusum_add(&c, 1);
    near(c.sum, 1, 0);
    cusum_add(&c, -0.5);
    near(c.sum, 0.5, 0);
    near(c.max, 1, 0);
}

/* Two cells whose mix is turned round, each with the same shares of packages as before. */
static void a_change_in_the_mix_of_cells_is_no_change_of_the_concept(void **state) {
    (void)state;
    uint32_t before[] = {80, 20, 5, 15}, after[] = {8, 2, 50, 150};
    uint8_t permutation[300];
    struct stratified_test s = stratified_test(before, after, 2, 2, 1, permutation);
    near(s.statistic, 0, 1e-9);
    near(s.p, 1, 1e-9);
    assert_int_equal(s.strata, 2);
}

static void a_change_within_one_cell_is_found_and_named(void **state) {
    (void)state;
    uint32_t before[] = {80, 20, 10, 30}, after[] = {80, 20, 30, 10};
    uint8_t permutation[300];
    struct stratified_test s = stratified_test(before, after, 2, 2, 1, permutation);
    assert_true(s.p < 0.001);
    assert_int_equal(s.top_contributor, 1);
}

/* One cell, 4 and 4 rows: the exact test's 34 of 70 deals. */
static void dealing_within_a_cell_finds_the_exact_probability(void **state) {
    (void)state;
    uint32_t before[] = {3, 1, 0, 2}, after[] = {1, 3, 0, 0};
    uint8_t permutation[8];
    struct stratified_test s = stratified_test(before, after, 2, 2, 1, permutation);
    assert_int_equal(s.strata, 1);
    double total = 0;
    for (uint64_t seed = 0; seed < 200; seed++)
        total += stratified_test(before, after, 2, 2, seed, permutation).p;
    near(total / 200, 34.0 / 70, 0.05);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tail_of_chi_square_is_its_closed_form),
        cmocka_unit_test(chi_square_of_a_table_is_the_sum_over_its_cells),
        cmocka_unit_test(a_sample_larger_than_the_reference_is_no_drift_by_itself),
        cmocka_unit_test(the_exact_test_counts_every_deal),
        cmocka_unit_test(dealing_anew_finds_the_exact_probability),
        cmocka_unit_test(sparse_tables_are_not_left_to_chi_square),
        cmocka_unit_test(of_a_great_many_rows_none_are_dealt),
        cmocka_unit_test(holm_multiplies_by_the_tests_that_are_left),
        cmocka_unit_test(distances_are_those_of_their_definitions),
        cmocka_unit_test(the_top_contributor_is_the_one_that_changed_most),
        cmocka_unit_test(wasserstein_is_how_far_rows_must_be_carried),
        cmocka_unit_test(the_first_error_alarms_where_the_limit_is_below_its_step),
        cmocka_unit_test(two_errors_in_a_row_take_their_known_time),
        cmocka_unit_test(a_limit_keeps_the_run_length_requested),
        cmocka_unit_test(the_sum_forgets_good_times),
        cmocka_unit_test(a_change_in_the_mix_of_cells_is_no_change_of_the_concept),
        cmocka_unit_test(a_change_within_one_cell_is_found_and_named),
        cmocka_unit_test(dealing_within_a_cell_finds_the_exact_probability),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
