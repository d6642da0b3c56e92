/* train_test.c - what training must not depend on, and what its parameters do. */
#include "libforest/base/calibrate.h"
#include "libforest/train/oob.h"
#include "tests/unit/libforest/support.h"

/* ---- what changes nothing -------------------------------------------------------------------- */

static struct forest *forest_weighted(const struct rows *rows, const uint32_t *weight, const struct forest_params *p) {
    struct forest_dataset *ds;
    assert_ok(forest_dataset_new(&ds, rows->schema, &error));
    assert_ok(forest_dataset_add(ds, rows->x, rows->label, weight, rows->n, &error));
    struct forest *f = forest_of(ds, p);
    forest_dataset_free(ds);
    return f;
}

static void a_weight_is_as_good_as_repeating_the_row(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 300, true, 1), repeated = make_rows(&mixed, 900, true, 2);
    uint32_t weight[300];
    size_t n = 0, features = mixed.features;
    for (size_t i = 0; i < 300; i++) {
        weight[i] = (uint32_t)(i % 4);
        for (uint32_t copy = 0; copy < weight[i]; copy++, n++) {
            memcpy(repeated.x + n * features, row_of(&rows, i), features * sizeof(float));
            repeated.label[n] = rows.label[i];
        }
    }
    repeated.n = n;
    struct forest_params params = few_trees(10);
    struct forest *f = forest_weighted(&rows, weight, &params), *g = train_rows(&repeated, &params);
    assert_same_image(f, g);
    forest_free(f);
    forest_free(g);
    rows_free(&rows);
    rows_free(&repeated);
}

static void the_order_of_rows_changes_nothing(void **state) {
    (void)state;
    const struct forest_schema *schemas[] = {&two_categories, &mixed, &three_numbers};
    for (int s = 0; s < 3; s++) {
        struct rows rows = make_rows(schemas[s], 700, true, 3), back = make_rows(schemas[s], 700, true, 3);
        size_t features = schemas[s]->features;
        for (size_t i = 0; i < 700; i++) {
            memcpy(back.x + i * features, row_of(&rows, 699 - i), features * sizeof(float));
            back.label[i] = rows.label[699 - i];
        }
        struct forest_params params = few_trees(8);
        struct forest *f = train_rows(&rows, &params), *g = train_rows(&back, &params);
        assert_same_image(f, g);
        forest_free(f);
        forest_free(g);
        rows_free(&rows);
        rows_free(&back);
    }
}

static void a_seed_gives_its_forest_and_another_seed_another(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 300, false, 5);
    struct forest_params params = few_trees(5);
    struct forest *a = train_rows(&rows, &params), *b = train_rows(&rows, &params);
    params.seed = 2;
    struct forest *c = train_rows(&rows, &params);
    float with_1[3], with_2[3];
    bool differs = false;
    for (size_t i = 0; i < rows.n && !differs; i++) {
        forest_predict(a, row_of(&rows, i), with_1);
        forest_predict(c, row_of(&rows, i), with_2);
        differs = memcmp(with_1, with_2, sizeof with_1) != 0;
    }
    assert_same_image(a, b);
    assert_true(differs);
    forest_free(a);
    forest_free(b);
    forest_free(c);
    rows_free(&rows);
}

/* The same rows, with features, levels and classes declared in another order. */
static void how_levels_features_and_classes_are_numbered_changes_no_probability(void **state) {
    (void)state;
    const char *const colours_2[] = {"amber", "blue", "red", "green"}, *const answers_2[] = {"yes", "no", "maybe"};
    const size_t colour_to[] = {2, 3, 1, 0}, answer_to[] = {1, 2, 0}, feature_to[] = {2, 0, 1, 3};
    const struct forest_feature features_2[] = {mixed_features[1], mixed_features[2], mixed_features[0],
                                                mixed_features[3]};
    struct forest_feature swapped[4];
    memcpy(swapped, features_2, sizeof swapped);
    swapped[0].level = colours_2;
    const struct forest_schema other = {4, swapped, 3, answers_2};
    struct rows rows = make_rows(&mixed, 800, true, 6), same = make_rows(&mixed, 800, true, 6);
    same.schema = &other;
    for (size_t i = 0; i < 800; i++) {
        for (size_t f = 0; f < 4; f++) {
            float x = row_of(&rows, i)[f];
            bool level = f == 1 && x >= 0;
            same.x[i * 4 + feature_to[f]] = level ? (float)colour_to[(size_t)x] : x;
        }
        same.label[i] = (uint16_t)answer_to[rows.label[i]];
    }
    struct forest_params params = few_trees(20);
    struct forest *f = train_rows(&rows, &params), *g = train_rows(&same, &params);
    for (size_t i = 0; i < 800; i++) {
        float p[3], q[3];
        forest_predict(f, row_of(&rows, i), p);
        forest_predict(g, row_of(&same, i), q);
        for (size_t k = 0; k < 3; k++)
            assert_true(p[k] == q[answer_to[k]]);
    }
    forest_free(f);
    forest_free(g);
    rows_free(&rows);
    rows_free(&same);
}

/* Multiplying all weights with a bootstrap by cells leaves shares as they are, up to chance. */
static void scaling_all_weights_changes_probabilities_by_chance_alone(void **state) {
    (void)state;
    struct rows rows = make_rows(&two_categories, 4000, false, 7);
    uint32_t weight[4000];
    struct forest_params params = few_trees(200);
    params.smoothing = 0;
    for (size_t i = 0; i < 4000; i++)
        weight[i] = 50;
    struct forest *f = train_rows(&rows, &params), *g = forest_weighted(&rows, weight, &params);
    for (size_t i = 0; i < 100; i++) {
        float p[3], q[3];
        forest_predict(f, row_of(&rows, i), p);
        forest_predict(g, row_of(&rows, i), q);
        for (int k = 0; k < 3; k++)
            assert_near(p[k], q[k], 0.02);
    }
    forest_free(f);
    forest_free(g);
    rows_free(&rows);
}

/* ---- what parameters do ------------------------------------------------------------------------- */

static void leaves_smoothed_by_hand_come_out(void **state) {
    (void)state;
    const float x[] = {0, 0, 1, 0};
    const uint16_t label[] = {0, 1};
    const uint32_t weight[] = {3, 1};
    struct forest_dataset *ds;
    assert_ok(forest_dataset_new(&ds, &two_categories, &error));
    assert_ok(forest_dataset_add(ds, x, label, weight, 2, &error));
    struct forest_params params = few_trees(3);
    params.bootstrap = FOREST_ALL_ROWS;
    params.smoothing = 2; /* of the shares 3/4, 1/4, 0 */
    struct forest *f = forest_of(ds, &params);
    float prob[3];
    forest_predict(f, x, prob); /* (3 + 2 x 3/4) / 5, (2 x 1/4) / 5, and one unit */
    assert_near(prob[0], 0.9, 3e-5);
    assert_near(prob[1], 0.1, 3e-5);
    assert_true(prob[2] > 0 && prob[2] < 2e-5F);
    assert_near(prob[0] + prob[1] + prob[2], 1, 1e-7);
    forest_free(f);
    forest_dataset_free(ds);
}

static void no_class_is_impossible_while_there_is_smoothing(void **state) {
    (void)state;
    struct rows rows = make_rows(&three_numbers, 300, false, 8);
    struct forest_params params = few_trees(1);
    params.smoothing = 1e-9;
    struct forest *f = train_rows(&rows, &params);
    for (size_t i = 0; i < rows.n; i++) {
        float prob[3];
        forest_predict(f, row_of(&rows, i), prob);
        for (int k = 0; k < 3; k++)
            assert_true(prob[k] > 0);
    }
    forest_free(f);
    rows_free(&rows);
}

static void without_a_bootstrap_and_limits_trees_fit_all_rows(void **state) {
    (void)state;
    struct rows rows = make_rows(&three_numbers, 500, false, 9);
    struct forest_params params = few_trees(3);
    params.bootstrap = FOREST_ALL_ROWS;
    params.smoothing = 0;
    struct forest *f = train_rows(&rows, &params);
    for (size_t i = 0; i < rows.n; i++) {
        float prob[3];
        forest_predict(f, row_of(&rows, i), prob);
        assert_near(prob[rows.label[i]], 1, 0);
    }
    assert_int_equal(info_of(f).oob.rows, 0);
    forest_free(f);
    rows_free(&rows);
}

static void limits_of_depth_nodes_and_leaves_hold(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 800, true, 10);
    struct forest_params params = few_trees(20);
    params.max_depth = 3;
    struct forest *f = train_rows(&rows, &params);
    assert_int_equal(info_of(f).depth, 3);
    assert_true(info_of(f).nodes <= 20 * 15);
    forest_free(f);
    params.max_depth = 0;
    params.max_nodes = 31;
    f = train_rows(&rows, &params);
    assert_int_equal(info_of(f).nodes, 20 * 31);
    assert_true(info_of(f).depth < 10); /* a limit cuts all branches alike */
    forest_free(f);
    params.max_nodes = 0;
    params.min_leaf = 100;
    f = train_rows(&rows, &params);
    assert_true(info_of(f).nodes <= 20 * 15);
    assert_int_equal(info_of(f).min_leaf, 100);
    forest_free(f);
    rows_free(&rows);
}

static void a_byte_budget_keeps_as_many_trees_as_it_has_room_for(void **state) {
    (void)state;
    struct rows rows = make_rows(&three_numbers, 600, false, 11);
    struct forest_params params = few_trees(60);
    struct forest *whole = train_rows(&rows, &params);
    params.max_bytes = info_of(whole).bytes / 2;
    struct forest *half = train_rows(&rows, &params);
    assert_true(info_of(half).bytes <= params.max_bytes);
    assert_true(info_of(half).trees > 20 && info_of(half).trees < 40);
    params.trees = info_of(half).trees;
    params.max_bytes = 0;
    struct forest *same = train_rows(&rows, &params);
    assert_same_image(half, same); /* out-of-bag figures as well */
    params.max_bytes = 1000;
    struct forest *none = NULL;
    struct forest_dataset *ds = dataset_of(&rows);
    assert_int_equal(forest_train(&none, ds, &params, &error), FOREST_NO_MEMORY);
    assert_null(none);
    forest_dataset_free(ds);
    forest_free(whole);
    forest_free(half);
    forest_free(same);
    rows_free(&rows);
}

static void trees_stop_when_they_no_longer_help(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 1500, false, 12);
    struct forest_params params = few_trees(1000);
    params.min_leaf = 20;
    params.stop_gain = 4;
    struct forest *f = train_rows(&rows, &params);
    uint32_t trees = info_of(f).trees;
    assert_true(trees >= 64 && trees < 1000 && (trees & (trees - 1)) == 0);
    params.trees = trees;
    params.stop_gain = 0;
    struct forest *same = train_rows(&rows, &params);
    assert_same_image(f, same);
    forest_free(f);
    forest_free(same);
    rows_free(&rows);
}

/* Trees that each see all rows leave none to judge by. */
static void trees_without_rows_out_of_bag_are_all_grown(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 300, false, 27);
    struct forest_params params = few_trees(150);
    params.bootstrap = FOREST_WITHOUT_REPLACEMENT;
    params.stop_gain = 4;
    struct forest *f = train_rows(&rows, &params);
    assert_int_equal(info_of(f).trees, 150);
    assert_int_equal(info_of(f).oob.rows, 0);
    forest_free(f);
    rows_free(&rows);
}

static void tuning_lowers_the_loss_on_rows_never_seen(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 1200, false, 13), fresh = make_rows(&mixed, 4000, false, 14);
    struct forest_dataset *ds = dataset_of(&fresh);
    struct forest_params params = few_trees(60);
    struct forest_metrics plain, tuned;
    struct forest *f = train_rows(&rows, &params);
    params.tune = true;
    struct forest *g = train_rows(&rows, &params);
    assert_ok(forest_evaluate(f, ds, &plain, NULL, &error));
    assert_ok(forest_evaluate(g, ds, &tuned, NULL, &error));
    assert_true(tuned.log_loss < plain.log_loss - 0.02);
    assert_true(info_of(g).min_leaf > 1);
    forest_free(f);
    forest_free(g);
    forest_dataset_free(ds);
    rows_free(&rows);
    rows_free(&fresh);
}

static void tuning_never_does_worse_out_of_bag_than_what_was_given(void **state) {
    (void)state;
    const struct forest_schema *schemas[] = {&two_categories, &mixed, &three_numbers};
    for (uint64_t seed = 0; seed < 6; seed++) {
        struct rows rows = make_rows(schemas[seed % 3], 150, seed % 2, 40 + seed);
        struct forest_params params = few_trees(70);
        params.calibrate = seed >= 3;
        struct forest *given = train_rows(&rows, &params);
        params.tune = true;
        struct forest *tuned = train_rows(&rows, &params);
        assert_true(info_of(tuned).oob.log_loss <= info_of(given).oob.log_loss);
        forest_free(given);
        forest_free(tuned);
        rows_free(&rows);
    }
}

static void calibration_lowers_the_loss_of_an_overconfident_forest(void **state) {
    (void)state;
    struct rows rows = make_rows(&three_numbers, 2000, false, 15), fresh = make_rows(&three_numbers, 4000, false, 16);
    struct forest_dataset *ds = dataset_of(&fresh);
    struct forest_params params = few_trees(8);
    params.smoothing = 0.1;
    struct forest_metrics plain, calibrated;
    struct forest *f = train_rows(&rows, &params);
    params.calibrate = true;
    struct forest *g = train_rows(&rows, &params);
    assert_ok(forest_evaluate(f, ds, &plain, NULL, &error));
    assert_ok(forest_evaluate(g, ds, &calibrated, NULL, &error));
    assert_true(info_of(g).temperature > 1.05);
    assert_true(calibrated.log_loss < plain.log_loss);
    assert_near(calibrated.accuracy, plain.accuracy, 0);
    forest_free(f);
    forest_free(g);
    forest_dataset_free(ds);
    rows_free(&rows);
    rows_free(&fresh);
}

/* The out-of-bag loss has its minimum at the temperature that was fitted: that of the same forest at temperatures
 * around it, from the probabilities themselves, is higher. */
static void the_temperature_is_the_best_there_is(void **state) {
    (void)state;
    for (uint64_t seed = 50; seed < 54; seed++) {
        struct rows rows = make_rows(&mixed, 600, true, seed);
        struct forest_dataset *ds = dataset_of(&rows);
        struct lf_matrix matrix;
        struct lf_bootstrap bootstrap;
        struct lf_oob_queries queries;
        struct lf_votes votes;
        struct lf_rng rng = lf_rng_start(seed);
        assert_ok(lf_matrix_make(&matrix, ds, &error));
        assert_ok(lf_bootstrap_make(&bootstrap, &matrix, FOREST_WITH_REPLACEMENT, 1, NULL, &error));
        assert_ok(lf_oob_queries_of_units(&queries, &matrix, &bootstrap, 1, &error));
        assert_true(lf_votes_make(&votes, queries.n, matrix.classes, 1));
        for (uint32_t i = 0; i < queries.n; i++) { /* votes that are right oftener than they say, or less often */
            uint64_t sure = 20000 + lf_rng_below(&rng, 40000),
                     top = lf_rng_below(&rng, seed % 2 ? 2 : 9) ? matrix.label[i] : 0;
            votes.chance[i] = 1;
            for (uint32_t k = 0; k < 3; k++)
                votes.sum[3 * i + k] = k == top ? sure : (65535 - sure) / 2;
        }
        double best = lf_fit_temperature(&votes, 0, &queries, &matrix, &bootstrap, 1000);
        double loss = lf_votes_metrics(&votes, 0, &queries, &matrix, &bootstrap, best).log_loss;
        for (double factor = 0.5; factor < 2; factor *= 1.04)
            assert_true(lf_votes_metrics(&votes, 0, &queries, &matrix, &bootstrap, best * factor).log_loss >=
                        loss - 1e-9);
        lf_votes_done(&votes);
        lf_oob_queries_done(&queries);
        lf_bootstrap_done(&bootstrap);
        lf_matrix_done(&matrix);
        forest_dataset_free(ds);
        rows_free(&rows);
    }
}

/* Votes that are right every time could be surer without end, and votes that never are, less sure. */
static void a_temperature_stays_within_what_a_model_file_may_have(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 300, true, 57);
    struct forest_dataset *ds = dataset_of(&rows);
    struct lf_matrix matrix;
    struct lf_bootstrap bootstrap;
    struct lf_oob_queries queries;
    struct lf_votes votes;
    assert_ok(lf_matrix_make(&matrix, ds, &error));
    assert_ok(lf_bootstrap_make(&bootstrap, &matrix, FOREST_WITH_REPLACEMENT, 1, NULL, &error));
    assert_ok(lf_oob_queries_of_units(&queries, &matrix, &bootstrap, 1, &error));
    assert_true(lf_votes_make(&votes, queries.n, matrix.classes, 1));
    for (uint32_t shift = 0; shift < 2; shift++) {
        for (uint32_t i = 0; i < queries.n; i++) {
            uint32_t top = (matrix.label[bootstrap.cell[queries.unit[i]]] + shift) % 3;
            votes.chance[i] = 1;
            for (uint32_t k = 0; k < 3; k++)
                votes.sum[3 * i + k] = k == top ? 40001 : 12767;
        }
        double found = lf_fit_temperature(&votes, 0, &queries, &matrix, &bootstrap, 1000);
        assert_true(found >= LF_MIN_TEMPERATURE && found <= LF_MAX_TEMPERATURE);
        assert_true(shift == 0 ? found < 2 * LF_MIN_TEMPERATURE : found > LF_MAX_TEMPERATURE / 2);
    }
    lf_votes_done(&votes);
    lf_oob_queries_done(&queries);
    lf_bootstrap_done(&bootstrap);
    lf_matrix_done(&matrix);
    forest_dataset_free(ds);
    rows_free(&rows);
}

static void balanced_classes_are_equally_likely_where_features_say_nothing(void **state) {
    (void)state;
    float x[2000] = {0};
    uint16_t label[1000];
    for (int i = 0; i < 1000; i++)
        label[i] = i < 900 ? 0 : i < 980 ? 1 : 2;
    struct forest_dataset *ds;
    assert_ok(forest_dataset_new(&ds, &two_categories, &error));
    assert_ok(forest_dataset_add(ds, x, label, NULL, 1000, &error));
    struct forest_params params = few_trees(400);
    float prob[3];
    params.balanced = true;
    struct forest *f = forest_of(ds, &params);
    forest_predict(f, x, prob);
    for (int k = 0; k < 3; k++)
        assert_near(prob[k], 1.0 / 3, 0.01);
    forest_free(f);
    params.calibrate = true; /* for the classes as they are weighted */
    f = forest_of(ds, &params);
    forest_predict(f, x, prob);
    for (int k = 0; k < 3; k++)
        assert_near(prob[k], 1.0 / 3, 0.02);
    forest_free(f);
    params.calibrate = false;
    const double weight[] = {1, 1, 45}; /* 900 : 80 : 900 */
    params.balanced = false;
    params.class_weights = weight;
    f = forest_of(ds, &params);
    forest_predict(f, x, prob);
    assert_near(prob[0], prob[2], 0.02);
    assert_near(prob[1], 80 / 1880.0, 0.01);
    forest_free(f);
    forest_dataset_free(ds);
}

static void one_class_alone_is_learnt_without_complaint(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 50, true, 17);
    memset(rows.label, 0, 50 * sizeof *rows.label);
    struct forest_params params = few_trees(4);
    params.tune = params.calibrate = true;
    struct forest *f = train_rows(&rows, &params);
    float prob[3];
    forest_predict(f, rows.x, prob);
    assert_true(prob[0] > 0.999F);
    assert_int_equal(info_of(f).nodes, 4);
    forest_free(f);
    rows_free(&rows);
}

static void one_row_is_enough(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 1, false, 18);
    struct forest_params params = few_trees(4);
    struct forest *f = train_rows(&rows, &params);
    assert_int_equal(forest_classify(f, rows.x), rows.label[0]);
    forest_free(f);
    rows_free(&rows);
}

/* ---- refusals ---------------------------------------------------------------------------------- */

static void refused(const struct forest_dataset *ds, struct forest_params params, const char *why) {
    struct forest *f = NULL;
    assert_int_equal(forest_train(&f, ds, &params, &error), FOREST_INVALID);
    assert_null(f);
    assert_string_equal(error.text, why);
}

#define REFUSED(ds, member, value, why)                                                                                \
    do {                                                                                                               \
        struct forest_params params_ = few_trees(2);                                                                   \
        params_.member = (value);                                                                                      \
        refused(ds, params_, why);                                                                                     \
    } while (0)

static void parameters_out_of_range_are_named_with_their_value(void **state) {
    (void)state;
    const double weights[] = {1, 0, 1};
    struct rows rows = make_rows(&two_categories, 20, false, 19);
    struct forest_dataset *ds = dataset_of(&rows), *empty;
    REFUSED(ds, trees, 0, "trees is 0, not 1 to 65535");
    REFUSED(ds, trees, 65536, "trees is 65536, not 1 to 65535");
    REFUSED(ds, mtry, 3, "mtry is 3, more than the 2 features");
    REFUSED(ds, min_leaf, 0, "min_leaf is 0, not at least 1");
    REFUSED(ds, smoothing, -1, "smoothing is -1, not 0 to 1e9");
    REFUSED(ds, smoothing, (double)NAN, "smoothing is nan, not 0 to 1e9");
    REFUSED(ds, sample_fraction, 0, "sample_fraction is 0, not above 0");
    REFUSED(ds, threads, 0, "threads is 0, not at least 1");
    REFUSED(ds, class_weights, weights, "class_weights[1] is 0, not 1e-6 to 1e6");
    struct forest_params params = few_trees(2);
    params.bootstrap = FOREST_WITHOUT_REPLACEMENT;
    params.sample_fraction = 1.5;
    refused(ds, params, "sample_fraction is 1.5, over 1 without replacement");
    params.sample_fraction = 1;
    params.balanced = true;
    refused(ds, params, "class weights are sampling weights and need a bootstrap with replacement");
    assert_ok(forest_dataset_new(&empty, &two_categories, &error));
    refused(empty, few_trees(2), "the data set is empty");
    forest_dataset_free(empty);
    forest_dataset_free(ds);
    rows_free(&rows);
}

static bool stop_at_once(void *user, uint32_t done, uint32_t total) {
    (void)done;
    *(uint32_t *)user = total;
    return false;
}

/* How many trees a training with the parameters of forest_params_init sets out to grow. */
static uint32_t trees_to_grow(size_t distinct, uint32_t trees) {
    struct rows rows = make_rows(&three_numbers, distinct, false, 28);
    struct forest_params params;
    struct forest *none = NULL;
    uint32_t total = 0;
    for (size_t i = 0; i < distinct; i++)
        rows.x[3 * i] = (float)i;
    struct forest_dataset *ds = dataset_of(&rows);
    forest_params_init(&params);
    params.trees = trees;
    params.progress = stop_at_once;
    params.progress_user = &total;
    assert_int_equal(forest_train(&none, ds, &params, &error), FOREST_CANCELLED);
    forest_dataset_free(ds);
    rows_free(&rows);
    return total;
}

/* Of three features there are 2 mtry x 5 min_leaf x 8 smoothing. */
static void settings_are_tuned_unless_told_otherwise_up_to_a_bound(void **state) {
    (void)state;
    assert_int_equal(trees_to_grow(FOREST_TUNE_BOUND / 80, 1), 1 + 10 + 2);
    assert_int_equal(trees_to_grow(FOREST_TUNE_BOUND / 80 + 1000, 1), 1); /* some rows become equal in their bins */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_weight_is_as_good_as_repeating_the_row),
        cmocka_unit_test(the_order_of_rows_changes_nothing),
        cmocka_unit_test(a_seed_gives_its_forest_and_another_seed_another),
        cmocka_unit_test(how_levels_features_and_classes_are_numbered_changes_no_probability),
        cmocka_unit_test(scaling_all_weights_changes_probabilities_by_chance_alone),
        cmocka_unit_test(leaves_smoothed_by_hand_come_out),
        cmocka_unit_test(no_class_is_impossible_while_there_is_smoothing),
        cmocka_unit_test(without_a_bootstrap_and_limits_trees_fit_all_rows),
        cmocka_unit_test(limits_of_depth_nodes_and_leaves_hold),
        cmocka_unit_test(a_byte_budget_keeps_as_many_trees_as_it_has_room_for),
        cmocka_unit_test(trees_stop_when_they_no_longer_help),
        cmocka_unit_test(trees_without_rows_out_of_bag_are_all_grown),
        cmocka_unit_test(tuning_lowers_the_loss_on_rows_never_seen),
        cmocka_unit_test(tuning_never_does_worse_out_of_bag_than_what_was_given),
        cmocka_unit_test(the_temperature_is_the_best_there_is),
        cmocka_unit_test(a_temperature_stays_within_what_a_model_file_may_have),
        cmocka_unit_test(calibration_lowers_the_loss_of_an_overconfident_forest),
        cmocka_unit_test(balanced_classes_are_equally_likely_where_features_say_nothing),
        cmocka_unit_test(one_class_alone_is_learnt_without_complaint),
        cmocka_unit_test(one_row_is_enough),
        cmocka_unit_test(parameters_out_of_range_are_named_with_their_value),
        cmocka_unit_test(settings_are_tuned_unless_told_otherwise_up_to_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
