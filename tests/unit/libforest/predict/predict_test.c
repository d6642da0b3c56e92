/* predict_test.c - every way of asking gives the same bits, and odd rows get an answer. */
#include "libforest/base/calibrate.h"
#include "libforest/format/forest_impl.h"
#include "tests/unit/libforest/support.h"

#include <pthread.h>

/* Sums of shares by the plainest walk there is. */
static void plain_walk(const struct forest *f, const float *x, uint32_t *sum) {
    uint16_t code[1 + FOREST_MAX_FEATURES] = {0};
    lf_forest_encode(f, x, code);
    memset(sum, 0, f->classes * sizeof *sum);
    for (uint32_t t = 0; t < f->trees; t++) {
        struct lf_walk walk = lf_forest_walk(f, t);
        const struct lf_node *node = walk.node;
        while (!lf_is_leaf(*node)) {
            uint32_t x_code = code[1 + lf_feature(*node)];
            bool right;
            if (node->test & LF_LEVEL_SET)
                right = lf_in_set(walk.word + walk.set[node->bin], x_code);
            else if (x_code == 0)
                right = node->test & LF_MISSING_RIGHT;
            else
                right = x_code > node->bin;
            node = walk.node + node->next + right;
        }
        for (uint32_t k = 0; k < f->classes; k++)
            sum[k] += lf_forest_leaf(f, &walk, *node)[k];
    }
}

/* One row, batch and classes against the plain walk, on rows trained on and others. */
static void check_engines(const struct forest *f, const struct rows *rows) {
    size_t classes = rows->schema->classes;
    float *batch = calloc(rows->n * classes, sizeof *batch), one[FOREST_MAX_CLASSES];
    uint16_t *label = calloc(rows->n, sizeof *label);
    forest_predict_batch(f, rows->x, rows->n, batch);
    forest_classify_batch(f, rows->x, rows->n, label);
    for (size_t i = 0; i < rows->n; i++) {
        uint32_t sum[FOREST_MAX_CLASSES];
        uint16_t top = 0;
        plain_walk(f, row_of(rows, i), sum);
        forest_predict(f, row_of(rows, i), one);
        double prob[FOREST_MAX_CLASSES];
        for (uint16_t k = 0; k < classes; k++) {
            prob[k] = sum[k] / (info_of(f).trees * (double)LF_ONE);
            top = sum[k] > sum[top] ? k : top;
        }
        lf_calibrate(prob, classes, info_of(f).temperature);
        for (uint16_t k = 0; k < classes; k++)
            assert_true(one[k] == (float)prob[k]);
        assert_memory_equal(one, batch + i * classes, classes * sizeof *one);
        assert_int_equal(label[i], top);
        assert_int_equal(forest_classify(f, row_of(rows, i)), top);
    }
    free(batch);
    free(label);
}

static void every_engine_agrees_bit_for_bit(void **state) {
    (void)state;
    const struct forest_schema *schemas[] = {&two_categories, &mixed, &three_numbers};
    for (int s = 0; s < 3; s++)
        for (uint32_t trees = 1; trees < 400; trees = trees * 5 + 2) {
            struct rows rows = make_rows(schemas[s], 500, true, trees), others = make_rows(schemas[s], 2003, true, 99);
            struct rows known = make_rows(schemas[s], 2003, false, 98);
            struct forest_params params = few_trees(trees);
            params.calibrate = trees == 7;
            struct forest *f = train_rows(&rows, &params);
            assert_int_equal(info_of(f).table, s == 0);
            check_engines(f, &rows);
            check_engines(f, &others);
            check_engines(f, &known);
            forest_free(f);
            rows_free(&rows);
            rows_free(&others);
            rows_free(&known);
        }
}

/* Rows of one block may have missing values while those of the next have none. */
static void a_batch_of_several_blocks_is_answered(void **state) {
    (void)state;
    struct rows rows = make_rows(&three_numbers, 100000, false, 54);
    rows.x[5] = NAN;
    struct forest_params params = few_trees(3);
    struct forest *f = train_rows(&rows, &params);
    check_engines(f, &rows);
    forest_free(f);
    rows_free(&rows);
}

/* 4095 features and 256 classes: limits of what fits a batch's stack. */
static void the_widest_rows_and_most_classes_are_answered(void **state) {
    (void)state;
    enum { FEATURES = FOREST_MAX_FEATURES, CLASSES = FOREST_MAX_CLASSES, ROWS = 300 };
    struct forest_feature *feature = calloc(FEATURES, sizeof *feature);
    char(*name)[16] = calloc(FEATURES, sizeof *name);
    const char *class_name[CLASSES];
    for (int f = 0; f < FEATURES; f++) {
        snprintf(name[f], sizeof *name, "%d", f);
        feature[f] = (struct forest_feature){name[f], FOREST_NUMERIC, 0, NULL};
    }
    for (int k = 0; k < CLASSES; k++)
        class_name[k] = name[k];
    const struct forest_schema schema = {FEATURES, feature, CLASSES, class_name};
    struct rows rows = make_rows(&schema, ROWS, true, 50);
    for (size_t i = 0; i < ROWS; i++)
        rows.label[i] = (uint16_t)(i % CLASSES);
    struct forest_params params = few_trees(3);
    struct forest *f = train_rows(&rows, &params);
    check_engines(f, &rows);
    forest_free(f);
    rows_free(&rows);
    free(feature);
    free(name);
}

/* Above 255 levels or values, codes take two bytes; a peer shifts by the level's number, which breaks at 64. */
static void features_of_many_levels_are_learnt_and_unseen_ones_answered(void **state) {
    (void)state;
    enum { LEVELS = 3000 };
    char(*name)[16] = calloc(LEVELS, sizeof *name);
    const char **level = calloc(LEVELS, sizeof *level);
    for (int l = 0; l < LEVELS; l++) {
        snprintf(name[l], sizeof *name, "L%d", l);
        level[l] = name[l];
    }
    const struct forest_feature feature = {"zip", FOREST_CATEGORICAL, LEVELS, level};
    const struct forest_schema schema = {1, &feature, 3, answers};
    struct rows rows = make_rows(&schema, 6000, false, 51);
    for (size_t i = 0; i < rows.n; i++)
        rows.label[i] = (uint16_t)((int)rows.x[i] % 3);
    struct forest_params params = few_trees(30);
    struct forest *f = train_rows(&rows, &params);
    size_t right = 0;
    for (size_t i = 0; i < rows.n; i++)
        right += forest_classify(f, row_of(&rows, i)) == rows.label[i];
    assert_true(right > rows.n * 98 / 100);
    check_engines(f, &rows);
    const float odd[] = {LEVELS, LEVELS + 7, 65535, 70000, -5, FOREST_UNSEEN, NAN, 0.5F};
    for (size_t i = 0; i < COUNT(odd); i++) {
        float prob[3], sum;
        forest_predict(f, &odd[i], prob);
        sum = prob[0] + prob[1] + prob[2];
        assert_near(sum, 1, 1e-6);
    }
    forest_free(f);
    rows_free(&rows);
    free(name);
    free(level);
}

static void of_equally_probable_classes_the_first_is_answered(void **state) {
    (void)state;
    const float x[] = {0, 0, 0, 0};
    const uint16_t label[] = {2, 1};
    struct forest_dataset *ds;
    assert_ok(forest_dataset_new(&ds, &two_categories, &error));
    assert_ok(forest_dataset_add(ds, x, label, NULL, 2, &error));
    struct forest_params params = few_trees(2);
    params.bootstrap = FOREST_ALL_ROWS;
    struct forest *f = forest_of(ds, &params);
    uint16_t batch[2];
    float prob[3];
    forest_predict(f, x, prob);
    forest_classify_batch(f, x, 2, batch);
    uint16_t expected = prob[2] > prob[1] ? 2 : 1; /* one unit of rounding goes to one of them */
    assert_int_equal(forest_classify(f, x), expected);
    assert_int_equal(batch[0], expected);
    forest_free(f);
    forest_dataset_free(ds);
}

static void numbers_on_a_cut_between_cuts_and_beyond_go_where_they_belong(void **state) {
    (void)state;
    const float x[] = {-1, 0, 0, 1, 0, 0};
    const uint16_t label[] = {0, 1};
    struct forest_dataset *ds;
    assert_ok(forest_dataset_new(&ds, &three_numbers, &error));
    assert_ok(forest_dataset_add(ds, x, label, NULL, 2, &error));
    struct forest_params params = few_trees(1);
    params.bootstrap = FOREST_ALL_ROWS;
    struct forest *f = forest_of(ds, &params);
    const struct {
        float x;
        uint16_t label;
    } cases[] = {{-INFINITY, 0}, {-1, 0}, {-0.0F, 0}, {0, 0}, {1e-30F, 1}, {1, 1}, {INFINITY, 1}};
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(forest_classify(f, (const float[]){cases[i].x, 5, 5}), cases[i].label);
    forest_free(f);
    forest_dataset_free(ds);
}

/* Probabilities of all-numeric data binned by quantiles must not depend on how cuts were pruned. */
static void codes_count_cuts_below_a_number(void **state) {
    (void)state;
    struct rows rows = make_rows(&three_numbers, 3000, false, 52);
    struct forest_params params = few_trees(5);
    struct forest *f = train_rows(&rows, &params);
    for (size_t i = 0; i < rows.n; i++) {
        uint16_t code[1 + 3];
        lf_forest_encode(f, row_of(&rows, i), code);
        for (uint32_t c = 0; c < 3; c++) {
            uint32_t below = 0;
            for (uint32_t cut = 0; cut < f->kind[c].cuts; cut++)
                below += lf_forest_cuts(f, c)[cut] < row_of(&rows, i)[c];
            assert_int_equal(code[1 + c], 1 + below);
        }
    }
    forest_free(f);
    rows_free(&rows);
}

static void an_empty_batch_is_no_batch(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 50, false, 53);
    struct forest_params params = few_trees(2);
    struct forest *f = train_rows(&rows, &params);
    float prob[3] = {7, 7, 7};
    forest_predict_batch(f, rows.x, 0, prob);
    assert_true(prob[0] == 7);
    forest_free(f);
    rows_free(&rows);
}

/* ---- stack ------------------------------------------------------------------------------------------------ */

/* Rows to train on, and to ask for. */
struct frugal {
    struct rows rows;
    struct forest *f;
    float *prob;
    uint16_t *label;
};

static bool drop(void *user, const char *text, size_t size) {
    (void)user, (void)text, (void)size;
    return true;
}

static void *call_all(void *argument) {
    struct frugal *with = argument;
    struct forest_params params = few_trees(20);
    params.calibrate = true;
    with->f = train_rows(&with->rows, &params);
    forest_predict_batch(with->f, with->rows.x, with->rows.n, with->prob);
    forest_classify_batch(with->f, with->rows.x, with->rows.n, with->label);
    forest_predict(with->f, with->rows.x, with->prob);
    float contribution[4 * 3], base[3];
    assert_ok(forest_explain(with->f, with->rows.x, contribution, base, &error));
    assert_ok(forest_dump(with->f, drop, NULL, &error));
    assert_ok(forest_export_onnx(with->f, drop, NULL, &error));
    size_t size;
    const void *image = forest_image(with->f, &size);
    struct forest *again;
    assert_ok(forest_open(&again, image, size, &error));
    forest_free(again);
    return NULL;
}

/* Of a stack full of sevens, how much was written to. */
static size_t stack_of_calls(struct frugal *with, void *(*calls)(void *)) {
    enum { SIZE = 4 << 20 };
    unsigned char *stack = aligned_alloc(1 << 16, SIZE);
    size_t untouched = 0;
    pthread_attr_t attributes;
    pthread_t thread;
    memset(stack, 7, SIZE);
    pthread_attr_init(&attributes);
    assert_int_equal(pthread_attr_setstack(&attributes, stack, SIZE), 0);
    assert_int_equal(pthread_create(&thread, &attributes, calls, with), 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&attributes);
    while (untouched < SIZE && stack[untouched] == 7)
        untouched++;
    free(stack);
    return SIZE - untouched;
}

static void *call_none(void *argument) {
    return argument;
}

static void no_call_takes_more_stack_than_the_header_says(void **state) {
    (void)state;
    const struct forest_schema *schemas[] = {&two_categories, &mixed, &three_numbers};
    for (int s = 0; s < 3; s++) {
        struct frugal with = {.rows = make_rows(schemas[s], 20000, true, 55)};
        with.prob = calloc(with.rows.n * 3, sizeof *with.prob);
        with.label = calloc(with.rows.n, sizeof *with.label);
        assert_in_range(stack_of_calls(&with, call_all) - stack_of_calls(&with, call_none), 1, FOREST_STACK);
        forest_free(with.f);
        free(with.prob);
        free(with.label);
        rows_free(&with.rows);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_engine_agrees_bit_for_bit),
        cmocka_unit_test(a_batch_of_several_blocks_is_answered),
        cmocka_unit_test(the_widest_rows_and_most_classes_are_answered),
        cmocka_unit_test(features_of_many_levels_are_learnt_and_unseen_ones_answered),
        cmocka_unit_test(of_equally_probable_classes_the_first_is_answered),
        cmocka_unit_test(numbers_on_a_cut_between_cuts_and_beyond_go_where_they_belong),
        cmocka_unit_test(codes_count_cuts_below_a_number),
        cmocka_unit_test(an_empty_batch_is_no_batch),
        cmocka_unit_test(no_call_takes_more_stack_than_the_header_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
