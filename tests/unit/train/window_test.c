/* window_test.c - training looks back as far as helps: all the way in quiet times, not past a change. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "services/train/window.h"
#include "tests/unit/train/fixture.h"

/* Two years of purchases; what is bought changed this many days before the hold-out (0: never). */
static void make_years(struct feature_table *t, uint32_t changed) {
    test_table_make(t);
    for (uint32_t days = 725; days > 0; days -= 5)
        test_table_add_period(t, days >= 40 ? SPLIT_TRAIN : SPLIT_VALIDATION, days,
                              days > changed && changed > 0 ? 1 : 0, 3);
    test_table_add_period(t, SPLIT_HOLDOUT, 0, 0, 10);
}

static struct window_choice choose(const struct feature_table *t, uint64_t least) {
    struct window_choice choice;
    struct forest_params params;
    struct forest_error err;
    forest_params_init(&params);
    params.trees = 20;
    params.tune = false; /* tuned or not, the same window is best, and it takes a tenth of the time */
    if (window_choose(&choice, t, &params, least, &err) != FOREST_OK)
        fail_msg("%s", err.text);
    return choice;
}

static void without_a_change_all_rows_are_used(void **state) {
    (void)state;
    struct feature_table t;
    make_years(&t, 0);
    struct window_choice choice = choose(&t, 100);
    assert_int_equal(choice.days, WINDOW_ALL);
    for (size_t i = 0; i < WINDOW_CHOICES; i++)
        assert_true(choice.trial[i].tried);
    test_table_done(&t);
}

static void after_a_change_training_starts_behind_it(void **state) {
    (void)state;
    struct feature_table t;
    make_years(&t, 240);
    assert_int_equal(choose(&t, 100).days, 180);
    test_table_done(&t);
}

static void a_window_with_too_few_rows_is_not_tried_unless_allowed(void **state) {
    (void)state;
    struct feature_table t;
    make_years(&t, 140);
    struct window_choice strict = choose(&t, 2000), lenient = choose(&t, 100);
    assert_false(strict.trial[3].tried);
    assert_int_not_equal(strict.days, 90);
    assert_int_equal(lenient.days, 90);
    test_table_done(&t);
}

static void a_window_that_holds_what_a_longer_one_holds_is_not_tried(void **state) {
    (void)state;
    struct feature_table t;
    test_table_make(&t);
    for (uint32_t days = 40; days < 85; days += 5)
        test_table_add_period(&t, SPLIT_TRAIN, days, 0, 3);
    test_table_add_period(&t, SPLIT_VALIDATION, 10, 0, 3);
    struct window_choice choice = choose(&t, 1);
    assert_true(choice.trial[0].tried);
    for (size_t i = 1; i < WINDOW_CHOICES; i++)
        assert_false(choice.trial[i].tried);
    test_table_done(&t);
}

static void a_change_within_the_validation_rows_is_seen(void **state) {
    (void)state;
    struct feature_table t;
    make_years(&t, 35); /* they begin 35 days before the hold-out, the slices 20 */
    assert_int_equal(choose(&t, 100).days, 90);
    test_table_done(&t);
}

/* A type of business that came in one week of the validation rows only, and always bought the same. */
static void a_slice_is_measured_by_what_was_known_before_it(void **state) {
    (void)state;
    struct feature_table t;
    test_table_make(&t);
    for (uint32_t days = 200; days >= 40; days -= 5)
        test_table_add(&t, 0, 0, 100, SPLIT_TRAIN, days);
    for (uint32_t days = 35; days > 0; days -= 5)
        test_table_add(&t, 0, 0, 100, SPLIT_VALIDATION, days);
    test_table_add(&t, 2, 2, 300, SPLIT_VALIDATION, 10);
    test_table_add(&t, 0, 0, 100, SPLIT_HOLDOUT, 0);
    struct window_choice choice = choose(&t, 1);
    assert_true(choice.trial[0].log_loss > 0.5);
    test_table_done(&t);
}

static void the_final_window_ends_at_the_hold_out_and_takes_validation_rows(void **state) {
    (void)state;
    struct feature_table t;
    uint32_t weights[TEST_ROWS];
    test_table_make(&t);
    test_table_add(&t, 0, 0, 1, SPLIT_HOLDOUT, 0);
    test_table_add(&t, 0, 0, 2, SPLIT_VALIDATION, 30);
    test_table_add(&t, 0, 0, 4, SPLIT_TRAIN, 89);
    test_table_add(&t, 0, 0, 8, SPLIT_TRAIN, 90);
    assert_int_equal(window_weights(&t, 90, weights), 6);
    assert_int_equal(window_weights(&t, WINDOW_ALL, weights), 14);
    assert_int_equal(weights[0], 0);
    test_table_done(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_change_all_rows_are_used),
        cmocka_unit_test(after_a_change_training_starts_behind_it),
        cmocka_unit_test(a_window_with_too_few_rows_is_not_tried_unless_allowed),
        cmocka_unit_test(a_window_that_holds_what_a_longer_one_holds_is_not_tried),
        cmocka_unit_test(a_change_within_the_validation_rows_is_seen),
        cmocka_unit_test(a_slice_is_measured_by_what_was_known_before_it),
        cmocka_unit_test(the_final_window_ends_at_the_hold_out_and_takes_validation_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
