/* reliability_test.c - a portrait agrees with the metrics, its bins hold all rows, and pages escape what they show. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "services/common/util/html.h"
#include "services/register/card/reliability.h"
#include "services/register/gate/comparison.h"
#include "tests/unit/register/models.h"

static const char *const levels[] = {"Dental", "Legal"}, *const classes[] = {"Business", "MVP"};

static void means_are_the_metrics_and_bins_hold_every_row(void **state) {
    (void)state;
    float x[] = {0, 1, 0, 1};
    uint16_t label[] = {0, 1, 1, 0};
    uint32_t weight[] = {30, 20, 5, 1000};
    uint8_t split[] = {SPLIT_HOLDOUT, SPLIT_HOLDOUT, SPLIT_HOLDOUT, SPLIT_TRAIN};
    struct forest_feature feature;
    struct feature_table table = {.schema = model_schema(&feature, levels, 2, classes, 2),
                                  .rows = 4,
                                  .x = x,
                                  .label = label,
                                  .weight = weight,
                                  .split = split};
    struct forest *model = model_train(&table.schema, (const uint16_t[]){0, 1}, 100);
    struct comparison alone;
    struct reliability p;
    struct error err;
    uint64_t rows = 0, correct = 0;
    assert_true(reliability_measure(&p, &table, model));
    assert_true(comparison_make(&alone, &table, model, NULL, SIZE_MAX, &err));
    assert_true(fabs(p.log_loss.mean - alone.challenger.log_loss) < 1e-9);
    assert_true(fabs(p.brier.mean - alone.challenger.brier) < 1e-9);
    assert_true(fabs(p.correct.mean - 50.0 / 55) < 1e-9);
    for (size_t b = 0; b < RELIABILITY_BINS; b++) {
        rows += p.bin[b].rows;
        correct += p.bin[b].correct;
    }
    assert_int_equal(rows, 55);
    assert_int_equal(correct, 50);
    comparison_done(&alone);
    forest_free(model);
}

/* A forest that knows exactly how often either level buys the first class. */
static struct forest *train_shares(const struct forest_schema *schema, uint32_t first, uint32_t second) {
    struct forest_dataset *ds;
    struct forest_params params;
    struct forest *forest = NULL;
    const float x[] = {0, 0, 1, 1};
    const uint16_t label[] = {0, 1, 0, 1};
    const uint32_t weight[] = {first, 100 - first, second, 100 - second};
    forest_params_init(&params);
    params.trees = 1;
    params.bootstrap = FOREST_ALL_ROWS;
    params.smoothing = 0;
    assert_int_equal(forest_dataset_new(&ds, schema, NULL), FOREST_OK);
    assert_int_equal(forest_dataset_add(ds, x, label, weight, 4, NULL), FOREST_OK);
    assert_int_equal(forest_train(&forest, ds, &params, NULL), FOREST_OK);
    forest_dataset_free(ds);
    return forest;
}

static void a_bin_is_a_tenth_of_sureness(void **state) {
    (void)state;
    static const struct {
        uint32_t percent;
        size_t bin;
    } cases[] = {{51, 5}, {59, 5}, {61, 6}, {69, 6}, {89, 8}, {91, 9}, {100, 9}};
    float x[] = {0, 1};
    uint16_t label[] = {0, 1};
    uint32_t weight[] = {3, 2};
    uint8_t split[] = {SPLIT_HOLDOUT, SPLIT_HOLDOUT};
    struct forest_feature feature;
    struct feature_table table = {.schema = model_schema(&feature, levels, 2, classes, 2),
                                  .rows = 2,
                                  .x = x,
                                  .label = label,
                                  .weight = weight,
                                  .split = split};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reliability p;
        struct forest *model = train_shares(&table.schema, cases[i].percent, 75);
        assert_true(reliability_measure(&p, &table, model));
        assert_int_equal(p.bin[cases[i].bin].rows, 3);
        assert_int_equal(p.bin[cases[i].bin].correct, 3);
        assert_true(fabs(p.bin[cases[i].bin].confidence - cases[i].percent / 100.0) < 1e-3);
        assert_int_equal(p.bin[7].rows, 2);
        assert_int_equal(p.bin[7].correct, 0);
        forest_free(model);
    }
}

static void a_name_cannot_become_markup(void **state) {
    (void)state;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    html_cell(out, "<script>\"&");
    fclose(out);
    assert_string_equal(text, "<td>&lt;script&gt;&quot;&amp;</td>");
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_are_the_metrics_and_bins_hold_every_row),
        cmocka_unit_test(a_bin_is_a_tenth_of_sureness),
        cmocka_unit_test(a_name_cannot_become_markup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
