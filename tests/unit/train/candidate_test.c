/* candidate_test.c - a candidate's folder: whole, telling, and the same bytes for the same data and seed. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "services/common/worker/configuration.h"
#include "services/train/candidate.h"
#include "tests/helpers/scratch.h"
#include "tests/unit/train/fixture.h"

static void make_table(struct feature_table *t) {
    test_table_make(t);
    for (uint32_t days = 40; days < 400; days += 10)
        test_table_add_period(t, SPLIT_TRAIN, days, 0, 2);
    test_table_add_period(t, SPLIT_VALIDATION, 20, 0, 20);
    test_table_add_period(t, SPLIT_HOLDOUT, 0, 0, 20);
}

static void train(struct candidate *c, const struct feature_table *t, unsigned threads, const char *window) {
    struct error problem;
    struct forest_error err;
    struct etl_config *config = configuration_read(NULL, NULL, &problem);
    struct recipe recipe = {.window = window, .min_rows = 100};
    forest_params_init(&recipe.params);
    recipe.params.trees = 20;
    recipe.params.threads = threads;
    if (candidate_train(c, t, config, &recipe, &err) != FOREST_OK)
        fail_msg("%s", err.text);
    etl_config_free(config);
}

static void the_card_reports_metrics_baselines_and_what_it_was_made_of(void **state) {
    (void)state;
    struct feature_table t;
    struct candidate c;
    double log_loss, majority, cells;
    json_int_t rows, held;
    const char *until;
    json_t *confusion;
    make_table(&t);
    train(&c, &t, 1, "auto");
    assert_int_equal(json_unpack(c.card, "{s:{s:{s:F, s:I, s:o}}, s:{s:{s:F}, s:{s:F}}, s:I, s:s}", "metrics",
                                 "holdout", "log_loss", &log_loss, "rows", &held, "confusion", &confusion, "baselines",
                                 "majority", "log_loss", &majority, "cells", "log_loss", &cells, "trained_rows", &rows,
                                 "trained_until", &until),
                     0);
    assert_int_equal(held, 600);
    assert_int_equal(rows, 36 * 60 + 600);
    assert_string_equal(until, "1972-09-26T23:59:59Z");
    assert_true(log_loss < majority && log_loss < cells + 0.02);
    assert_int_equal(json_integer_value(json_array_get(json_array_get(confusion, 1), 1)), 160);
    candidate_done(&c);
    test_table_done(&t);
}

static void threads_change_neither_card_nor_forest(void **state) {
    (void)state;
    struct feature_table t;
    struct candidate one, three;
    make_table(&t);
    train(&one, &t, 1, "auto");
    train(&three, &t, 3, "auto");
    size_t a, b;
    const void *first = forest_image(one.forest, &a), *second = forest_image(three.forest, &b);
    assert_int_equal(a, b);
    assert_memory_equal(first, second, a);
    assert_true(json_equal(one.card, three.card));
    candidate_done(&one);
    candidate_done(&three);
    test_table_done(&t);
}

static void a_window_requested_is_the_one_taken(void **state) {
    (void)state;
    struct feature_table t;
    struct candidate c;
    make_table(&t);
    train(&c, &t, 1, "90");
    assert_int_equal(c.window.days, 90);
    assert_int_equal(json_integer_value(json_object_get(c.card, "trained_rows")), 5 * 60 + 600);
    candidate_done(&c);
    test_table_done(&t);
}

static void a_folder_of_the_same_run_is_replaced_whole(void **state) {
    (void)state;
    struct feature_table t;
    struct candidate c;
    struct volume volume;
    struct error err;
    struct forest *forest;
    struct forest_error problem;
    make_table(&t);
    train(&c, &t, 1, "all");
    assert_true(volume_open(&volume, scratch, &err));
    assert_true(candidate_publish(&c, &volume, "run", &err));
    scratch_write("candidates/run/forest.bin", "old");
    assert_true(candidate_publish(&c, &volume, "run", &err));
    assert_int_equal(forest_load(&forest, scratch_path("candidates/run/forest.bin"), &problem), FOREST_OK);
    assert_false(files_exist_at(&volume_none, scratch_path("candidates/.tmp-replaced")));
    volume_close(&volume);
    forest_free(forest);
    candidate_done(&c);
    test_table_done(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_card_reports_metrics_baselines_and_what_it_was_made_of),
        cmocka_unit_test(threads_change_neither_card_nor_forest),
        cmocka_unit_test(a_window_requested_is_the_one_taken),
        cmocka_unit_test(a_folder_of_the_same_run_is_replaced_whole),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
