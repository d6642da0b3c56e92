/* tally_test.c - figures worked out by hand. */
#include "tests/unit/libforest/support.h"

static const float prob[] = {0.7F, 0.2F, 0.1F, 0.2F, 0.5F, 0.3F, 0.1F, 0.1F, 0.8F};
static const uint16_t label[] = {0, 2, 2};

static void accuracy_loss_brier_and_confusion_come_out(void **state) {
    (void)state;
    struct forest_metrics m;
    uint64_t confusion[9];
    forest_score(prob, label, NULL, 3, 3, &m, confusion);
    assert_int_equal(m.rows, 3);
    assert_near(m.accuracy, 2 / 3.0, 1e-12);
    assert_near(m.log_loss, -(log(0.7) + log(0.3) + log(0.8)) / 3, 1e-7);
    assert_near(m.brier, (0.09 + 0.04 + 0.01 + 0.04 + 0.25 + 0.49 + 0.01 + 0.01 + 0.04) / 3, 1e-7);
    const uint64_t expected[9] = {1, 0, 0, 0, 0, 0, 0, 1, 1}; /* actual by predicted */
    assert_memory_equal(confusion, expected, sizeof expected);
}

static void calibration_error_is_the_gap_between_sureness_and_hits(void **state) {
    (void)state;
    struct forest_metrics m;
    forest_score(prob, label, NULL, 3, 3, &m, NULL); /* one a bin: 0.7 hit, 0.5 miss, 0.8 hit */
    assert_near(m.ece, (0.3 + 0.5 + 0.2) / 3, 1e-7);
    const float sure[] = {1, 0, 1, 0, 1, 0, 1, 0};
    const uint16_t mostly[] = {0, 0, 0, 1};
    forest_score(sure, mostly, NULL, 4, 2, &m, NULL);
    assert_near(m.ece, 0.25, 1e-12);
}

/* In fifteen bins 0.61 and 0.65 are as sure as each other, and the hit of one makes up for the other's miss; 0.66 and
 * 0.67 are not. */
static void sureness_is_told_apart_by_fifteenths(void **state) {
    (void)state;
    const float within[] = {0.61F, 0.39F, 0.65F, 0.35F}, across[] = {0.66F, 0.34F, 0.67F, 0.33F};
    const uint16_t hit_and_miss[] = {0, 1};
    struct forest_metrics m;
    forest_score(within, hit_and_miss, NULL, 2, 2, &m, NULL);
    assert_near(m.ece, (0.61 + 0.65 - 1) / 2, 1e-7);
    forest_score(across, hit_and_miss, NULL, 2, 2, &m, NULL);
    assert_near(m.ece, (1 - 0.66 + 0.67) / 2, 1e-7);
}

static void weights_count_rows(void **state) {
    (void)state;
    const uint32_t weight[] = {2, 0, 6};
    struct forest_metrics m;
    forest_score(prob, label, weight, 3, 3, &m, NULL);
    assert_int_equal(m.rows, 8);
    assert_near(m.accuracy, 1, 0);
    assert_near(m.log_loss, -(2 * log(0.7) + 6 * log(0.8)) / 8, 1e-7);
}

static void an_impossible_event_costs_much_but_not_everything(void **state) {
    (void)state;
    const float wrong[] = {0, 1};
    const uint16_t first[] = {0};
    struct forest_metrics m;
    forest_score(wrong, first, NULL, 1, 2, &m, NULL);
    assert_near(m.log_loss, -log(1e-15), 1e-9);
    assert_near(m.brier, 2, 1e-12);
}

/* Such come from elsewhere; no figure of theirs is of use, but nothing else may be harmed. */
static void what_are_no_probabilities_do_no_harm(void **state) {
    (void)state;
    const float odd[] = {NAN, NAN, -1e6F, -1e5F, 1e6F, INFINITY};
    const uint16_t first[] = {0, 0, 0};
    struct forest_metrics m;
    forest_score(odd, first, NULL, 3, 2, &m, NULL);
    assert_int_equal(m.rows, 3);
    assert_near(m.accuracy, 1 / 3.0, 1e-12);
}

static void no_rows_give_zeros(void **state) {
    (void)state;
    struct forest_metrics m;
    forest_score(NULL, NULL, NULL, 0, 3, &m, NULL);
    assert_int_equal(m.rows, 0);
    assert_true(m.accuracy == 0 && m.log_loss == 0 && m.brier == 0 && m.ece == 0);
}

static void evaluating_a_data_set_is_scoring_its_rows(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 300, true, 90);
    struct forest_params params = few_trees(10);
    struct forest *f = train_rows(&rows, &params);
    struct forest_dataset *ds = dataset_of(&rows), *other;
    struct forest_metrics a, b;
    uint64_t confusion_a[9], confusion_b[9];
    float *all = calloc(300 * 3, sizeof *all);
    forest_predict_batch(f, rows.x, rows.n, all);
    forest_score(all, rows.label, NULL, rows.n, 3, &a, confusion_a);
    assert_ok(forest_evaluate(f, ds, &b, confusion_b, &error));
    assert_int_equal(a.rows, b.rows);
    assert_near(a.log_loss, b.log_loss, 1e-12);
    assert_near(a.ece, b.ece, 1e-12);
    assert_memory_equal(confusion_a, confusion_b, sizeof confusion_a);
    assert_ok(forest_dataset_new(&other, &two_categories, &error));
    assert_int_equal(forest_evaluate(f, other, &b, NULL, &error), FOREST_INVALID);
    forest_dataset_free(ds);
    forest_dataset_free(other);
    forest_free(f);
    free(all);
    rows_free(&rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accuracy_loss_brier_and_confusion_come_out),
        cmocka_unit_test(calibration_error_is_the_gap_between_sureness_and_hits),
        cmocka_unit_test(sureness_is_told_apart_by_fifteenths),
        cmocka_unit_test(weights_count_rows),
        cmocka_unit_test(an_impossible_event_costs_much_but_not_everything),
        cmocka_unit_test(what_are_no_probabilities_do_no_harm),
        cmocka_unit_test(no_rows_give_zeros),
        cmocka_unit_test(evaluating_a_data_set_is_scoring_its_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
