/* comparison_test.c - two models are asked by names, so that levels and packages may differ between them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "services/register/gate/comparison.h"
#include "tests/unit/register/models.h"

enum { ROWS = 4 };

/* A hold-out of rows (and one training row, which must not count). */
struct rows {
    struct forest_feature feature;
    struct feature_table table;
    float x[ROWS];
    uint16_t label[ROWS];
    uint32_t weight[ROWS];
    uint8_t split[ROWS];
};

static void make_rows(struct rows *r, const char *const *levels, size_t count, const char *const *classes, size_t n) {
    *r = (struct rows){.x = {0, 1, 2, 0},
                       .label = {0, 1, 1, 1},
                       .weight = {10, 20, 5, 1000},
                       .split = {SPLIT_HOLDOUT, SPLIT_HOLDOUT, SPLIT_HOLDOUT, SPLIT_TRAIN}};
    r->table = (struct feature_table){.schema = model_schema(&r->feature, levels, count, classes, n),
                                      .rows = ROWS,
                                      .x = r->x,
                                      .label = r->label,
                                      .weight = r->weight,
                                      .split = r->split};
}

static const char *const new_levels[] = {"Dental", "Legal", "Zoo"}, *const old_levels[] = {"Legal", "Dental"};
static const char *const new_classes[] = {"Business", "MVP"}, *const old_classes[] = {"MVP", "Business"};

static void levels_and_classes_are_matched_by_name(void **state) {
    (void)state;
    struct rows r;
    struct forest_feature old;
    struct comparison c;
    struct error err;
    make_rows(&r, new_levels, 3, new_classes, 2);
    struct forest_schema before = model_schema(&old, old_levels, 2, old_classes, 2);
    /* Both know that Dental buys Business and Legal buys MVP, in numbers of their own. */
    struct forest *challenger = model_train(&r.table.schema, (const uint16_t[]){0, 1, 1}, 100);
    struct forest *champion = model_train(&before, (const uint16_t[]){0, 1}, 100);
    assert_true(comparison_make(&c, &r.table, challenger, champion, 0, &err));
    assert_int_equal(c.challenger.rows, 35);
    assert_true(c.challenger.accuracy > 0.999);
    assert_true(c.champion.accuracy > 0.85); /* all but perhaps the 5 of Zoo, which it has never seen */
    assert_int_equal(c.gain.rows, 35);
    assert_true(fabs(c.gain.mean - (c.champion.log_loss - c.challenger.log_loss)) < 1e-9);
    comparison_done(&c);
    forest_free(challenger);
    forest_free(champion);
}

static void each_level_is_a_slice(void **state) {
    (void)state;
    struct rows r;
    struct comparison c;
    struct error err;
    make_rows(&r, new_levels, 3, new_classes, 2);
    struct forest *challenger = model_train(&r.table.schema, (const uint16_t[]){0, 1, 1}, 100);
    struct forest *champion = model_train(&r.table.schema, (const uint16_t[]){0, 0, 1}, 100); /* wrong about Legal */
    assert_true(comparison_make(&c, &r.table, challenger, champion, 0, &err));
    assert_int_equal(c.slices, 3);
    assert_string_equal(c.slice[1].name, "Legal");
    assert_int_equal(c.slice[0].rows, 10);
    assert_int_equal(c.slice[1].rows, 20);
    assert_true(c.slice[1].gain.mean > 1);
    assert_true(c.slice[1].accuracy > 0.999);
    assert_true(fabs(c.slice[0].gain.mean) < 0.1);
    comparison_done(&c);
    forest_free(challenger);
    forest_free(champion);
}

static void a_package_the_champion_does_not_know_counts_against_it(void **state) {
    (void)state;
    static const char *const fewer[] = {"Business", "Elite"};
    struct rows r;
    struct forest_feature old;
    struct comparison c;
    struct error err;
    make_rows(&r, new_levels, 3, new_classes, 2);
    struct forest_schema before = model_schema(&old, new_levels, 3, fewer, 2);
    struct forest *challenger = model_train(&r.table.schema, (const uint16_t[]){0, 1, 1}, 100);
    struct forest *champion = model_train(&before, (const uint16_t[]){0, 1, 1}, 100);
    assert_true(comparison_make(&c, &r.table, challenger, champion, 0, &err));
    assert_true(c.champion.log_loss > 20);
    assert_true(c.gain.mean > 20);
    comparison_done(&c);
    forest_free(challenger);
    forest_free(champion);
}

static void the_hash_is_that_of_the_hold_out_alone(void **state) {
    (void)state;
    struct rows r;
    struct comparison first, second;
    struct error err;
    make_rows(&r, new_levels, 3, new_classes, 2);
    struct forest *model = model_train(&r.table.schema, (const uint16_t[]){0, 1, 1}, 100);
    assert_true(comparison_make(&first, &r.table, model, NULL, SIZE_MAX, &err));
    assert_int_equal(first.gain.rows, 0);
    r.weight[3]++;
    assert_true(comparison_make(&second, &r.table, model, NULL, SIZE_MAX, &err));
    assert_string_equal(first.holdout_sha256, second.holdout_sha256);
    comparison_done(&second);
    r.weight[2]++;
    assert_true(comparison_make(&second, &r.table, model, NULL, SIZE_MAX, &err));
    assert_string_not_equal(first.holdout_sha256, second.holdout_sha256);
    comparison_done(&second);
    comparison_done(&first);
    forest_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_and_classes_are_matched_by_name),
        cmocka_unit_test(each_level_is_a_slice),
        cmocka_unit_test(a_package_the_champion_does_not_know_counts_against_it),
        cmocka_unit_test(the_hash_is_that_of_the_hold_out_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
