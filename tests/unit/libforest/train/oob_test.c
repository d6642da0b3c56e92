/* oob_test.c - out-of-bag figures and importances against brute force and closed forms. */
#include "libforest/data/matrix.h"
#include "libforest/format/forest_impl.h"
#include "libforest/train/bootstrap.h"
#include "libforest/train/oob.h"
#include "tests/unit/libforest/support.h"

/*
 * The draws of a training again, and what each tree answers, through the finished forest.  Units are as the
 * bootstrap makes them; row_of_unit finds a row of data for each.
 */
struct replay {
    struct forest_dataset *ds;
    struct lf_matrix matrix;
    struct lf_bootstrap bootstrap;
    struct forest *f;
    uint32_t *drawn; /* [trees][units] */
    float *x;        /* [cells][features] */
    uint16_t *label; /* [cells], as the schema numbers them */
    uint32_t features, classes;
};

/* Categorical codes of a matrix are those of the schema, so that a cell can be turned back into a row. */
static void replay_open(struct replay *r, const struct rows *rows, const uint32_t *weight,
                        const struct forest_params *params) {
    *r = (struct replay){.features = (uint32_t)rows->schema->features, .classes = (uint32_t)rows->schema->classes};
    assert_ok(forest_dataset_new(&r->ds, rows->schema, &error));
    assert_ok(forest_dataset_add(r->ds, rows->x, rows->label, weight, rows->n, &error));
    r->f = forest_of(r->ds, params);
    assert_ok(lf_matrix_make(&r->matrix, r->ds, &error));
    assert_ok(lf_bootstrap_make(&r->bootstrap, &r->matrix, params->bootstrap, params->sample_fraction, NULL, &error));
    r->drawn = calloc((size_t)r->bootstrap.units * params->trees, sizeof *r->drawn);
    for (uint32_t t = 0; t < params->trees; t++)
        lf_bootstrap_draw(&r->bootstrap, params->seed, t, r->drawn + (size_t)t * r->bootstrap.units);
    r->x = calloc((size_t)r->matrix.cells * r->features, sizeof *r->x);
    r->label = calloc(r->matrix.cells, sizeof *r->label);
    for (uint32_t cell = 0; cell < r->matrix.cells; cell++) {
        r->label[cell] = r->matrix.class_by_name[r->matrix.label[cell]];
        for (uint32_t f = 0; f < r->features; f++) {
            const struct lf_column *column = &r->matrix.column[f];
            uint32_t code = lf_column_code(column, cell);
            float *x = &r->x[cell * r->features + f];
            if (!column->numeric)
                *x = code + 2 < column->codes ? (float)code : code + 2 == column->codes ? NAN : FOREST_UNSEEN;
            else if (code == 0)
                *x = NAN;
            else /* any number between the cuts around it */
                *x = code == column->codes - 1 ? INFINITY : column->cut[code - 1];
        }
    }
}

static void replay_close(struct replay *r) {
    free(r->drawn);
    free(r->x);
    free(r->label);
    lf_bootstrap_done(&r->bootstrap);
    lf_matrix_done(&r->matrix);
    forest_free(r->f);
    forest_dataset_free(r->ds);
}

/* A tree's shares for a row, step by step. */
static const uint16_t *tree_answer(const struct forest *f, uint32_t tree, const float *x) {
    uint16_t code[1 + FOREST_MAX_FEATURES] = {0};
    struct lf_walk walk = lf_forest_walk(f, tree);
    uint32_t at = 0;
    lf_forest_encode(f, x, code);
    while (!lf_is_leaf(walk.node[at]))
        at = walk.node[at].next + lf_goes_right(&walk, walk.node[at], code, walk.set != NULL);
    return lf_forest_leaf(f, &walk, walk.node[at]);
}

/* What trees say that missed the unit; x may be another row than the unit's own.  False where none did. */
static bool answer_unseen(const struct replay *r, uint32_t unit, const float *x, double *prob) {
    double chance = 0;
    memset(prob, 0, r->classes * sizeof *prob);
    for (uint32_t t = 0; t < r->f->trees; t++) {
        uint32_t drawn = r->drawn[(size_t)t * r->bootstrap.units + unit];
        double rows = (double)r->bootstrap.count[unit], missed = drawn == 0 ? 1 : pow(1 - 1 / rows, drawn);
        const uint16_t *share = tree_answer(r->f, t, x);
        chance += missed;
        for (uint32_t k = 0; k < r->classes; k++)
            prob[k] += missed * share[k] / (double)LF_ONE;
    }
    for (uint32_t k = 0; k < r->classes; k++)
        prob[k] /= chance;
    return chance > 0;
}

static void check_metrics(const struct replay *r, double within) {
    double loss = 0, brier = 0, right = 0, rows = 0, prob[8];
    for (uint32_t unit = 0; unit < r->bootstrap.units; unit++) {
        uint32_t cell = r->bootstrap.cell[unit];
        double weight = (double)r->bootstrap.count[unit];
        uint32_t top = 0;
        if (!answer_unseen(r, unit, r->x + (size_t)cell * r->features, prob))
            continue;
        for (uint32_t k = 0; k < r->classes; k++) {
            brier += weight * pow(prob[k] - (k == r->label[cell]), 2);
            top = prob[k] > prob[top] ? k : top;
        }
        loss -= weight * log(prob[r->label[cell]]);
        right += top == r->label[cell] ? weight : 0;
        rows += weight;
    }
    struct forest_metrics oob = info_of(r->f).oob;
    assert_true((double)oob.rows == rows);
    assert_near(oob.log_loss, loss / rows, within);
    assert_near(oob.brier, brier / rows, within);
    assert_near(oob.accuracy, right / rows, 0.002 + within);
}

static void out_of_bag_metrics_are_those_of_trees_that_missed_each_row(void **state) {
    (void)state;
    const struct forest_schema *schemas[] = {&two_categories, &mixed, &three_numbers};
    for (int s = 0; s < 3; s++) {
        struct rows rows = make_rows(schemas[s], 400, true, 40);
        struct forest_params params = few_trees(25);
        struct replay r;
        replay_open(&r, &rows, NULL, &params);
        assert_int_equal(r.bootstrap.units, 400);
        check_metrics(&r, 1e-9);
        replay_close(&r);
        rows_free(&rows);
    }
}

static void without_replacement_rows_left_out_are_out_of_bag(void **state) {
    (void)state;
    struct rows rows = make_rows(&three_numbers, 300, false, 41);
    struct forest_params params = few_trees(15);
    params.bootstrap = FOREST_WITHOUT_REPLACEMENT;
    params.sample_fraction = 0.7;
    struct replay r;
    replay_open(&r, &rows, NULL, &params);
    check_metrics(&r, 1e-9);
    replay_close(&r);
    rows_free(&rows);
}

static void heavy_cells_count_with_the_chance_that_a_row_was_missed(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 400, true, 42);
    uint32_t weight[400];
    for (uint32_t i = 0; i < 400; i++)
        weight[i] = 20 + i % 90;
    struct forest_params params = few_trees(20);
    struct replay r;
    replay_open(&r, &rows, weight, &params);
    assert_true(r.bootstrap.units < 450); /* cells */
    check_metrics(&r, 1e-4);              /* chances are counted in 1/65535 */
    replay_close(&r);
    rows_free(&rows);
}

/* The estimate for cells against the exact figure for the same rows, which must agree but for chance. */
static void the_estimate_for_cells_agrees_with_the_exact_figure(void **state) {
    (void)state;
    struct rows rows = make_rows(&two_categories, 21000, false, 43);
    struct forest_params params = few_trees(100);
    struct forest *by_cells = train_rows(&rows, &params);
    rows.n = 20000;
    struct forest *by_rows = train_rows(&rows, &params);
    assert_near(info_of(by_cells).oob.log_loss, info_of(by_rows).oob.log_loss, 0.01);
    assert_near(info_of(by_cells).oob.accuracy, info_of(by_rows).oob.accuracy, 0.01);
    forest_free(by_cells);
    forest_free(by_rows);
    rows_free(&rows);
}

static void pure_noise_looks_no_better_out_of_bag_than_guessing(void **state) {
    (void)state;
    struct rows rows = make_rows(&three_numbers, 2000, false, 44);
    struct lf_rng rng = lf_rng_start(44);
    for (size_t i = 0; i < rows.n; i++)
        rows.label[i] = (uint16_t)lf_rng_below(&rng, 3);
    struct forest_params params = few_trees(60);
    struct forest *f = train_rows(&rows, &params);
    assert_near(info_of(f).oob.accuracy, 1.0 / 3, 0.05);
    assert_true(info_of(f).oob.log_loss > log(3) - 0.02);
    forest_free(f);
    rows_free(&rows);
}

/* ---- importances ------------------------------------------------------------------------------- */

/* Gini impurity of y among rows where (mask of features) have given values; features are bits of i. */
static double impurity_given(const double *ones /* [4], of 1 */, uint32_t mask, uint32_t values) {
    double n = 0, one = 0;
    for (uint32_t i = 0; i < 4; i++)
        if ((i & mask) == (values & mask)) {
            n += 1;
            one += ones[i];
        }
    return 2 * (one / n) * (1 - one / n);
}

static double mean_impurity_given(const double *ones, uint32_t mask) {
    double sum = 0;
    for (uint32_t i = 0; i < 4; i++)
        sum += impurity_given(ones, mask, i) / 4;
    return sum;
}

/*
 * Louppe et al., "Understanding variable importances in forests of randomized trees" (2013), theorem 1, for
 * two binary features: half of what a feature tells alone and half of what it tells beside the other.
 */
static void impurity_importance_of_random_trees_is_the_closed_form(void **state) {
    (void)state;
    const char *const bits[] = {"0", "1"};
    const struct forest_feature features[] = {{"a", FOREST_CATEGORICAL, 2, bits}, {"b", FOREST_CATEGORICAL, 2, bits}};
    const struct forest_schema schema = {2, features, 2, bits};
    const double ones[4] = {0.1, 0.3, 0.2, 0.9}; /* a is bit 0, b is bit 1 */
    struct forest_dataset *ds;
    assert_ok(forest_dataset_new(&ds, &schema, &error));
    for (uint32_t i = 0; i < 4; i++) {
        const float x[] = {(float)(i & 1), (float)(i >> 1), (float)(i & 1), (float)(i >> 1)};
        const uint16_t label[] = {0, 1};
        const uint32_t weight[] = {1000 - (uint32_t)(ones[i] * 1000), (uint32_t)(ones[i] * 1000)};
        assert_ok(forest_dataset_add(ds, x, label, weight, 2, &error));
    }
    struct forest_params params = few_trees(4000);
    params.bootstrap = FOREST_ALL_ROWS;
    params.mtry = 1;
    struct forest *f = forest_of(ds, &params);
    double none = mean_impurity_given(ones, 0), a = mean_impurity_given(ones, 1), b = mean_impurity_given(ones, 2),
           both = mean_impurity_given(ones, 3);
    double of_a = 0.5 * (none - a) + 0.5 * (b - both), of_b = 0.5 * (none - b) + 0.5 * (a - both);
    assert_near(info_of(f).impurity_importance[0], of_a / (of_a + of_b), 0.01);
    assert_near(info_of(f).impurity_importance[1], of_b / (of_a + of_b), 0.01);
    forest_free(f);
    forest_dataset_free(ds);
}

/* The rise of the loss when a feature takes each value with the chance that it has in the data. */
static double rise_by_brute_force(const struct replay *r, uint32_t feature) {
    double rise = 0, rows = 0, prob[8];
    for (uint32_t unit = 0; unit < r->bootstrap.units; unit++) {
        uint32_t cell = r->bootstrap.cell[unit];
        double weight = (double)r->bootstrap.count[unit];
        float row[16];
        memcpy(row, r->x + (size_t)cell * r->features, r->features * sizeof *row);
        if (!answer_unseen(r, unit, row, prob))
            continue;
        double before = -log(prob[r->label[cell]]);
        rows += weight;
        for (uint32_t other = 0; other < r->matrix.cells; other++) {
            row[feature] = r->x[(size_t)other * r->features + feature];
            answer_unseen(r, unit, row, prob);
            rise += weight * (double)r->matrix.count[other] / (double)r->matrix.rows *
                    (-log(prob[r->label[cell]]) - before);
        }
    }
    return rise / rows;
}

static void permutation_importance_is_the_mean_over_all_values(void **state) {
    (void)state;
    struct rows rows = make_rows(&two_categories, 150, true, 45);
    struct forest_params params = few_trees(12);
    struct replay r;
    replay_open(&r, &rows, NULL, &params);
    for (uint32_t f = 0; f < 2; f++)
        assert_near(info_of(r.f).permutation_importance[f], rise_by_brute_force(&r, f), 1e-9);
    replay_close(&r);
    rows_free(&rows);
}

/* So many features that trees do not ask a row for all of them; twice the same rows share their codes. */
static void permutation_importance_is_that_mean_with_many_features_too(void **state) {
    (void)state;
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
    struct forest_feature features[10];
    for (size_t f = 0; f < 10; f++)
        features[f] = (struct forest_feature){names[f], FOREST_CATEGORICAL, f % 3 + 2, letters};
    const struct forest_schema schema = {10, features, 3, answers};
    struct rows rows = make_rows(&schema, 60, true, 51);
    memcpy(rows.x, rows.x + 300, 300 * sizeof *rows.x);
    struct forest_params params = few_trees(12);
    struct replay r;
    replay_open(&r, &rows, NULL, &params);
    for (uint32_t f = 0; f < 10; f++)
        assert_near(info_of(r.f).permutation_importance[f], rise_by_brute_force(&r, f), 1e-9);
    replay_close(&r);
    rows_free(&rows);
}

static void sampled_permutation_importance_comes_near_the_mean(void **state) {
    (void)state;
    struct rows rows = make_rows(&three_numbers, 300, false, 46);
    struct forest_params params = few_trees(12);
    struct replay r;
    replay_open(&r, &rows, NULL, &params);
    for (uint32_t f = 0; f < 3; f++) {
        double expected = rise_by_brute_force(&r, f);
        assert_near(info_of(r.f).permutation_importance[f], expected, 0.05 + 0.2 * fabs(expected));
    }
    replay_close(&r);
    rows_free(&rows);
}

static void a_feature_that_says_nothing_ranks_last(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 3000, false, 47);
    struct lf_rng rng = lf_rng_start(47);
    for (size_t i = 0; i < rows.n; i++) { /* only colour and points matter */
        const float *x = row_of(&rows, i);
        double score = x[1] + (x[2] > 10 ? 2 : 0) + lf_rng_uniform(&rng);
        rows.label[i] = score < 2 ? 0 : score < 4 ? 1 : 2;
    }
    struct forest_params params = few_trees(50);
    params.min_leaf = 5;
    struct forest *f = train_rows(&rows, &params);
    const double *importance = info_of(f).permutation_importance;
    assert_true(importance[1] > 0.3 && importance[2] > 0.3);
    assert_near(importance[0], 0, 0.05);
    assert_near(importance[3], 0, 0.05);
    forest_free(f);
    rows_free(&rows);
}

/* Eight smoothings at once and 256 classes would take half a gigabyte for each thread. */
static void the_more_votes_a_query_takes_the_fewer_queries_are_made(void **state) {
    (void)state;
    static char name[FOREST_MAX_CLASSES][8];
    const char *class_name[FOREST_MAX_CLASSES];
    for (int k = 0; k < FOREST_MAX_CLASSES; k++) {
        snprintf(name[k], sizeof name[k], "%hu", (unsigned short)k);
        class_name[k] = name[k];
    }
    const struct forest_schema schema = {3, numeric_features, FOREST_MAX_CLASSES, class_name};
    struct rows rows = make_rows(&schema, 9000, false, 39);
    struct forest_dataset *ds = dataset_of(&rows);
    struct lf_matrix matrix;
    struct lf_bootstrap bootstrap;
    assert_ok(lf_matrix_make(&matrix, ds, &error));
    assert_ok(lf_bootstrap_make(&bootstrap, &matrix, FOREST_WITH_REPLACEMENT, 1, NULL, &error));
    for (uint32_t variants = 1; variants <= 8; variants *= 8) {
        struct lf_oob_queries queries;
        assert_ok(lf_oob_queries_of_units(&queries, &matrix, &bootstrap, variants, &error));
        assert_int_equal(queries.n, variants == 1 ? 9000 : 4096);
        lf_oob_queries_done(&queries);
    }
    lf_bootstrap_done(&bootstrap);
    lf_matrix_done(&matrix);
    forest_dataset_free(ds);
    rows_free(&rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(out_of_bag_metrics_are_those_of_trees_that_missed_each_row),
        cmocka_unit_test(without_replacement_rows_left_out_are_out_of_bag),
        cmocka_unit_test(heavy_cells_count_with_the_chance_that_a_row_was_missed),
        cmocka_unit_test(the_estimate_for_cells_agrees_with_the_exact_figure),
        cmocka_unit_test(pure_noise_looks_no_better_out_of_bag_than_guessing),
        cmocka_unit_test(impurity_importance_of_random_trees_is_the_closed_form),
        cmocka_unit_test(permutation_importance_is_the_mean_over_all_values),
        cmocka_unit_test(permutation_importance_is_that_mean_with_many_features_too),
        cmocka_unit_test(sampled_permutation_importance_comes_near_the_mean),
        cmocka_unit_test(a_feature_that_says_nothing_ranks_last),
        cmocka_unit_test(the_more_votes_a_query_takes_the_fewer_queries_are_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
