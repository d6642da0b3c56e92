/*
 * peers_test.c - what went wrong in other forests, or still does, and must not in this one.
 *
 * More of it stands where its subject is tested: counts beyond a float's precision and subsets of many levels in
 * splitter_test.c, levels beyond 64 in predict_test.c, order of threads in threads_test.c, repeated rows in
 * train_test.c, damaged files in format_test.c, allocations and histograms in memory_test.c, questions that runtimes
 * choke on in onnx_test.c.
 */
#include "libforest/format/forest_impl.h"
#include "libforest/train/bootstrap.h"
#include "support.h"

#include <time.h>

/* ---- seeds ----------------------------------------------------------------------------------------- */

/* Where a tree's seed is a product, seed 0 makes all trees alike, seed 2 repeats trees of seed 1, large ones overflow.
 */
static void no_tree_of_any_seed_draws_the_rows_of_another(void **state) {
    (void)state;
    enum { SEEDS = 7, TREES = 6, ROWS = 100 };
    const uint64_t seed[SEEDS] = {0, 1, 2, 3, UINT64_C(1) << 32, UINT64_C(1) << 63, UINT64_MAX};
    static uint32_t drawn[SEEDS * TREES][ROWS];
    struct rows rows = make_rows(&three_numbers, ROWS, false, 120);
    struct forest_dataset *ds = dataset_of(&rows);
    struct lf_matrix matrix;
    struct lf_bootstrap bootstrap;
    assert_ok(lf_matrix_make(&matrix, ds, &error));
    assert_ok(lf_bootstrap_make(&bootstrap, &matrix, FOREST_WITH_REPLACEMENT, 1, NULL, &error));
    assert_int_equal(bootstrap.units, ROWS);
    for (int i = 0; i < SEEDS * TREES; i++) {
        lf_bootstrap_draw(&bootstrap, seed[i / TREES], (uint32_t)(i % TREES), drawn[i]);
        for (int j = 0; j < i; j++)
            assert_memory_not_equal(drawn[i], drawn[j], sizeof drawn[i]);
    }
    lf_bootstrap_done(&bootstrap);
    lf_matrix_done(&matrix);
    forest_dataset_free(ds);
    rows_free(&rows);
}

/* Without a bootstrap, only the features that are tried tell trees apart. */
static void trees_of_seed_0_differ_by_the_features_they_try(void **state) {
    (void)state;
    struct rows rows = make_rows(&three_numbers, 200, false, 121);
    struct forest_params params = few_trees(8);
    params.seed = 0;
    params.mtry = 1;
    params.bootstrap = FOREST_ALL_ROWS;
    struct forest *f = train_rows(&rows, &params);
    bool asked_first[3] = {false};
    for (uint32_t t = 0; t < 8; t++)
        asked_first[lf_feature(lf_forest_walk(f, t).node[0])] = true;
    assert_true(asked_first[0] + asked_first[1] + asked_first[2] > 1);
    forest_free(f);
    rows_free(&rows);
}

/* ---- counts ---------------------------------------------------------------------------------------- */

/* A count of draws in one byte stops at 255. */
static void a_row_drawn_a_thousand_times_counts_a_thousand_times(void **state) {
    (void)state;
    const float x[] = {0, 0, 0, 1, 0, 0, 1, 0, 0};
    const uint16_t label[] = {0, 1, 2};
    const double weight[] = {1000, 1000, 1};
    struct forest_dataset *ds;
    assert_ok(forest_dataset_new(&ds, &three_numbers, &error));
    assert_ok(forest_dataset_add(ds, x, label, NULL, 3, &error));
    struct forest_params params = few_trees(50);
    params.sample_fraction = 2000; /* 6000 draws: of the first two rows 3000 each, of the third 3 */
    params.class_weights = weight;
    params.smoothing = 0;
    struct forest *f = forest_of(ds, &params);
    float prob[3];
    forest_predict(f, x + 3, prob); /* x = 1: the second and the third */
    assert_near(prob[2], 1.0 / 1001, 0.0005);
    assert_near(prob[1], 1000.0 / 1001, 0.0005);
    forest_free(f);
    forest_dataset_free(ds);
}

/* Where a feature that cannot part a node uses up a draw, most nodes here would end as leaves. */
static void a_feature_that_is_constant_uses_up_no_draw(void **state) {
    (void)state;
    enum { FEATURES = 20, ROWS = 60 };
    static char name[FEATURES][16];
    struct forest_feature feature[FEATURES];
    for (int f = 0; f < FEATURES; f++) {
        snprintf(name[f], sizeof name[f], "f%d", f);
        feature[f] = (struct forest_feature){name[f], FOREST_NUMERIC, 0, NULL};
    }
    const struct forest_schema schema = {FEATURES, feature, 3, answers};
    struct rows rows = {&schema, ROWS, calloc(ROWS * FEATURES, sizeof(float)), calloc(ROWS, sizeof(uint16_t))};
    for (size_t i = 0; i < ROWS; i++) {
        rows.x[i * FEATURES + 13] = (float)i; /* the others are 0 everywhere */
        rows.label[i] = (uint16_t)(i % 3);
    }
    struct forest_params params = few_trees(5);
    params.bootstrap = FOREST_ALL_ROWS;
    params.mtry = 1;
    struct forest *f = train_rows(&rows, &params);
    assert_int_equal(info_of(f).nodes, 5 * (2 * ROWS - 1)); /* a leaf a row */
    forest_free(f);
    rows_free(&rows);
}

/* Averages that were divided for the first class alone. */
static void probabilities_of_every_class_are_means_over_trees(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 400, true, 122);
    struct forest_params params = few_trees(9);
    struct forest *f = train_rows(&rows, &params);
    for (size_t i = 0; i < rows.n; i++) {
        float prob[3];
        forest_predict(f, row_of(&rows, i), prob);
        assert_near((double)prob[0] + (double)prob[1] + (double)prob[2], 1, 3e-7);
    }
    forest_free(f);
    rows_free(&rows);
}

/* ---- size and loading ------------------------------------------------------------------------------ */

/* Trees grown to purity on pure noise: as many nodes as there can be. */
static struct forest *forest_of_noise(size_t n, uint32_t trees) {
    struct rows rows = make_rows(&three_numbers, n, false, 123);
    struct lf_rng rng = lf_rng_start(lf_mix(124));
    for (size_t i = 0; i < n; i++)
        rows.label[i] = (uint16_t)lf_rng_below(&rng, 3);
    struct forest_params params = few_trees(trees);
    struct forest *f = train_rows(&rows, &params);
    rows_free(&rows);
    return f;
}

/* Peers take 50 to 490 bytes a node. */
static void a_node_takes_a_dozen_bytes_of_the_file(void **state) {
    (void)state;
    struct forest *f = forest_of_noise(4000, 10);
    struct forest_info info = info_of(f);
    assert_true(info.nodes > 10000);
    if (info.bytes > 12 * info.nodes)
        fail_msg("%.1f bytes a node", (double)info.bytes / (double)info.nodes);
    forest_free(f);
}

/* Seconds of this thread's time to open a forest's image: the least of several. */
static double seconds_to_open(const struct forest *f) {
    double least = INFINITY;
    size_t size;
    const void *image = forest_image(f, &size);
    for (int round = 0; round < 7; round++) {
        struct forest *again;
        struct timespec from, to;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
        assert_ok(forest_open(&again, image, size, &error));
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
        forest_free(again);
        least = fmin(least, (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec));
    }
    return least;
}

/* A peer took hours for a large forest.  Of 32 times as many nodes, time that grows with their square would be a
 * thousandfold: the limit lies well between, and the speed of the machine cancels out. */
static void opening_takes_time_in_line_with_the_number_of_nodes(void **state) {
    (void)state;
    struct forest *small = forest_of_noise(2000, 4), *large = forest_of_noise(2000, 128);
    assert_near((double)info_of(large).nodes / (double)info_of(small).nodes, 32, 2);
    double ratio = seconds_to_open(large) / seconds_to_open(small);
    if (ratio > 32 * 6)
        fail_msg("32 times the nodes took %.0f times as long to open", ratio);
    forest_free(small);
    forest_free(large);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_tree_of_any_seed_draws_the_rows_of_another),
        cmocka_unit_test(trees_of_seed_0_differ_by_the_features_they_try),
        cmocka_unit_test(a_row_drawn_a_thousand_times_counts_a_thousand_times),
        cmocka_unit_test(a_feature_that_is_constant_uses_up_no_draw),
        cmocka_unit_test(probabilities_of_every_class_are_means_over_trees),
        cmocka_unit_test(a_node_takes_a_dozen_bytes_of_the_file),
        cmocka_unit_test(opening_takes_time_in_line_with_the_number_of_nodes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
