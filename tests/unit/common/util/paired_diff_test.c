/* paired_diff_test.c - the mean of paired differences and how sure it is. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "services/common/util/paired_diff.h"

static void close_to(double value, double expected) {
    if (!(fabs(value - expected) < 1e-9))
        fail_msg("%.12g is not %.12g", value, expected);
}

static void mean_and_error_are_those_of_the_textbook(void **state) {
    (void)state;
    struct paired_diff p = {0};
    paired_diff_add(&p, 1, 1);
    paired_diff_add(&p, 2, 1);
    paired_diff_add(&p, 6, 1);
    close_to(p.mean, 3);
    close_to(paired_diff_standard_error(&p), sqrt(7.0 / 3)); /* variance (4 + 1 + 9) / 2 = 7, of three rows */
}

static void a_weight_counts_as_that_many_rows(void **state) {
    (void)state;
    struct paired_diff weighted = {0}, repeated = {0};
    paired_diff_add(&weighted, 0.5, 3);
    paired_diff_add(&weighted, -1, 2);
    paired_diff_add(&weighted, 9, 0);
    for (int i = 0; i < 3; i++)
        paired_diff_add(&repeated, 0.5, 1);
    for (int i = 0; i < 2; i++)
        paired_diff_add(&repeated, -1, 1);
    assert_int_equal(weighted.rows, 5);
    close_to(weighted.mean, repeated.mean);
    close_to(paired_diff_standard_error(&weighted), paired_diff_standard_error(&repeated));
}

static void one_row_is_sure_of_nothing(void **state) {
    (void)state;
    struct paired_diff p = {0};
    paired_diff_add(&p, 1, 1);
    assert_true(isinf(paired_diff_standard_error(&p)));
}

static void the_95_percent_quantile_is_1_6449(void **state) {
    (void)state;
    close_to(paired_diff_normal_quantile(0.95), 1.6448536269514722);
    close_to(paired_diff_normal_quantile(0.5), 0);
}

static void a_class_that_was_thought_impossible_costs_much_but_not_all(void **state) {
    (void)state;
    close_to(paired_diff_log_loss(1), 0);
    close_to(paired_diff_log_loss(0), -log(1e-15));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mean_and_error_are_those_of_the_textbook),
        cmocka_unit_test(a_weight_counts_as_that_many_rows),
        cmocka_unit_test(one_row_is_sure_of_nothing),
        cmocka_unit_test(the_95_percent_quantile_is_1_6449),
        cmocka_unit_test(a_class_that_was_thought_impossible_costs_much_but_not_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
