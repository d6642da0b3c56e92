/* splitter_test.c - the best split of a node, against splits worked out by hand and by trying everything. */
#include "libforest/data/matrix.h"
#include "libforest/train/column_cache.h"
#include "libforest/train/level_order.h"
#include "libforest/train/splitter.h"
#include "libforest/tree/node.h"
#include "tests/unit/libforest/support.h"

/* A node of all cells of a data set, each as heavy as it is. */
struct node {
    struct forest_dataset *ds;
    struct lf_matrix matrix;
    struct lf_splitter *splitter;
    struct lf_item *item;
    uint32_t count[FOREST_MAX_CLASSES];
};

static void node_open(struct node *node, const struct forest_schema *schema, const float *x, const uint16_t *label,
                      const uint32_t *weight, size_t n, uint32_t min_leaf) {
    assert_ok(forest_dataset_new(&node->ds, schema, &error));
    assert_ok(forest_dataset_add(node->ds, x, label, weight, n, &error));
    assert_ok(lf_matrix_make(&node->matrix, node->ds, &error));
    node->splitter = lf_splitter_new(&node->matrix, min_leaf);
    node->item = calloc(node->matrix.cells, sizeof *node->item);
    memset(node->count, 0, sizeof node->count);
    for (uint32_t i = 0; i < node->matrix.cells; i++) {
        node->item[i] = (struct lf_item){i, (uint32_t)node->matrix.count[i], node->matrix.label[i]};
        node->count[node->matrix.label[i]] += node->item[i].weight;
    }
    assert_true(lf_splitter_start(node->splitter, node->item, node->matrix.cells));
    lf_splitter_begin(node->splitter, node->item, node->matrix.cells, node->count, node->matrix.rows);
}

static void node_close(struct node *node) {
    lf_splitter_free(node->splitter);
    lf_matrix_done(&node->matrix);
    forest_dataset_free(node->ds);
    free(node->item);
}

static bool try_feature(struct node *node, uint32_t feature) {
    return lf_splitter_try(node->splitter, feature, &node->matrix.column[feature]);
}

static bool right(const struct lf_split *split, uint32_t code) {
    if (split->flags & LF_LEVEL_SET)
        return lf_in_set(split->set, code);
    return code > split->bin || (code == 0 && split->flags & LF_MISSING_RIGHT);
}

/* Which of the column's cuts a numeric split uses, numbered from 1. */
static int cut_number(const struct lf_split *split) {
    return split->bin;
}

/* L/l + R/r of a split, from its definition; -1 where a side is smaller than min_leaf. */
static double score_of(const struct node *node, uint32_t feature, const bool *goes_right, double min_leaf) {
    double side[2][FOREST_MAX_CLASSES] = {{0}}, rows[2] = {0}, score = 0;
    for (uint32_t i = 0; i < node->matrix.cells; i++) {
        bool to = goes_right[lf_column_code(&node->matrix.column[feature], i)];
        side[to][node->matrix.label[i]] += (double)node->matrix.count[i];
        rows[to] += (double)node->matrix.count[i];
    }
    for (int to = 0; to < 2; to++) {
        if (rows[to] < min_leaf)
            return -1;
        for (uint32_t k = 0; k < node->matrix.classes; k++)
            score += side[to][k] * side[to][k] / rows[to];
    }
    return score;
}

static double score_of_split(const struct node *node, const struct lf_split *split) {
    bool goes_right[2048];
    for (uint32_t code = 0; code < node->matrix.column[split->feature].codes; code++)
        goes_right[code] = right(split, code);
    return score_of(node, split->feature, goes_right, 1);
}

/* ---- by hand --------------------------------------------------------------------------------- */

static void a_numeric_cut_lies_midway_where_classes_part(void **state) {
    (void)state;
    const float x[] = {1, 0, 0, 2, 0, 0, 4, 0, 0, 8, 0, 0};
    const uint16_t label[] = {0, 0, 1, 1};
    struct node node;
    node_open(&node, &three_numbers, x, label, NULL, 4, 1);
    assert_true(try_feature(&node, 0));
    assert_false(try_feature(&node, 1)); /* constant */
    const struct lf_split *split = lf_splitter_best(node.splitter);
    assert_near(split->score, 4, 0); /* 2 x 2/2 + 2 x 2/2 */
    assert_int_equal(cut_number(split), 2);
    assert_near(node.matrix.column[0].cut[1], 3, 0);
    assert_true(lf_splitter_is_perfect(node.splitter));
    node_close(&node);
}

static void weights_decide_where_to_cut(void **state) {
    (void)state;
    const float x[] = {1, 0, 0, 2, 0, 0, 3, 0, 0};
    const uint16_t label[] = {0, 1, 0};
    const uint32_t light_end[] = {10, 10, 1}, light_start[] = {1, 10, 10};
    struct node node;
    node_open(&node, &three_numbers, x, label, light_end, 3, 1);
    try_feature(&node, 0);
    assert_int_equal(cut_number(lf_splitter_best(node.splitter)), 1);
    assert_near(lf_splitter_best(node.splitter)->score, 10 + (100 + 1) / 11.0, 1e-12);
    node_close(&node);
    node_open(&node, &three_numbers, x, label, light_start, 3, 1);
    try_feature(&node, 0);
    assert_int_equal(cut_number(lf_splitter_best(node.splitter)), 2);
    node_close(&node);
}

static void missing_values_go_to_the_side_that_is_better(void **state) {
    (void)state;
    const float x[] = {NAN, 0, 0, 1, 0, 0, 2, 0, 0};
    const uint16_t like_high[] = {1, 0, 1}, like_low[] = {0, 0, 1}, apart[] = {1, 0, 0};
    struct node node;
    node_open(&node, &three_numbers, x, like_high, NULL, 3, 1);
    try_feature(&node, 0);
    assert_near(lf_splitter_best(node.splitter)->score, 3, 0);
    assert_true(right(lf_splitter_best(node.splitter), 0));
    node_close(&node);
    node_open(&node, &three_numbers, x, like_low, NULL, 3, 1);
    try_feature(&node, 0);
    assert_near(lf_splitter_best(node.splitter)->score, 3, 0);
    assert_false(right(lf_splitter_best(node.splitter), 0));
    node_close(&node);
    node_open(&node, &three_numbers, x, apart, NULL, 3, 1); /* missing alone against all numbers */
    try_feature(&node, 0);
    const struct lf_split *split = lf_splitter_best(node.splitter);
    assert_near(split->score, 3, 0);
    assert_true(right(split, 0) != right(split, 1) && right(split, 1) == right(split, 2));
    node_close(&node);
}

static void a_leaf_smaller_than_min_leaf_is_not_made(void **state) {
    (void)state;
    const float x[] = {1, 0, 0, 2, 0, 0, 3, 0, 0, 4, 0, 0};
    const uint16_t label[] = {0, 1, 1, 1};
    struct node node;
    node_open(&node, &three_numbers, x, label, NULL, 4, 2);
    try_feature(&node, 0);
    assert_int_equal(cut_number(lf_splitter_best(node.splitter)), 2);
    node_close(&node);
    node_open(&node, &three_numbers, x, label, NULL, 4, 3);
    try_feature(&node, 0);
    assert_true(lf_splitter_best(node.splitter)->score < 0);
    node_close(&node);
}

static void levels_not_seen_here_go_with_the_larger_part(void **state) {
    (void)state;
    const float x[] = {0, 0, 1, 0};
    const uint16_t label[] = {0, 1};
    const uint32_t red_heavy[] = {9, 1}, green_heavy[] = {1, 9};
    for (int heavy = 0; heavy < 2; heavy++) {
        struct node node;
        node_open(&node, &two_categories, x, label, heavy ? green_heavy : red_heavy, 2, 1);
        try_feature(&node, 0);
        const struct lf_split *split = lf_splitter_best(node.splitter);
        bool with_heavy = right(split, (uint32_t)heavy);
        assert_true(right(split, (uint32_t)!heavy) != with_heavy);
        for (uint32_t code = 2; code < 6; code++) /* blue, amber, missing, unseen */
            assert_int_equal(right(split, code), with_heavy);
        node_close(&node);
    }
}

/* ---- by trying everything ---------------------------------------------------------------------- */

static void fill(float *x, uint16_t *label, uint32_t *weight, size_t n, size_t features, size_t classes,
                 uint32_t levels, bool missing, struct lf_rng *rng) {
    for (size_t i = 0; i < n; i++) {
        for (size_t f = 0; f < features; f++)
            x[i * features + f] = missing && lf_rng_below(rng, 6) == 0 ? NAN : (float)lf_rng_below(rng, levels);
        label[i] = (uint16_t)lf_rng_below(rng, classes);
        weight[i] = (uint32_t)lf_rng_below(rng, 5) + 1;
    }
}

/* The best of all subsets of levels. */
static double best_subset(const struct node *node, uint32_t codes, double min_leaf) {
    double best = -1;
    for (uint32_t subset = 1; subset + 1 < 1U << codes; subset++) {
        bool goes_right[32];
        for (uint32_t code = 0; code < codes; code++)
            goes_right[code] = subset >> code & 1;
        best = fmax(best, score_of(node, 0, goes_right, min_leaf));
    }
    return best;
}

static void categorical_splits_are_the_best_of_all_subsets(void **state) {
    (void)state;
    struct lf_rng rng = lf_rng_start(12);
    for (uint32_t round = 0; round < 120; round++) {
        uint32_t levels = 2 + round % 9, classes = 2 + round % 2, min_leaf = 1 + round % 7;
        const struct forest_feature feature = {"letter", FOREST_CATEGORICAL, levels, letters};
        const struct forest_schema schema = {1, &feature, classes, answers};
        float x[60];
        uint16_t label[60];
        uint32_t weight[60];
        struct node node;
        fill(x, label, weight, 60, 1, classes, levels, round % 3 == 0, &rng);
        node_open(&node, &schema, x, label, weight, 60, min_leaf);
        try_feature(&node, 0);
        const struct lf_split *split = lf_splitter_best(node.splitter);
        assert_near(split->score, best_subset(&node, levels + 2, min_leaf), 1e-9);
        if (split->score >= 0)
            assert_near(split->score, score_of_split(&node, split), 1e-9);
        node_close(&node);
    }
}

static void two_classes_are_split_best_with_any_number_of_levels(void **state) {
    (void)state;
    const struct forest_feature feature = {"letter", FOREST_CATEGORICAL, 16, letters};
    const struct forest_schema schema = {1, &feature, 2, answers};
    struct lf_rng rng = lf_rng_start(31);
    float x[200];
    uint16_t label[200];
    uint32_t weight[200];
    struct node node;
    fill(x, label, weight, 200, 1, 2, 16, false, &rng);
    node_open(&node, &schema, x, label, weight, 200, 1);
    try_feature(&node, 0);
    assert_near(lf_splitter_best(node.splitter)->score, best_subset(&node, 16, 1), 1e-9);
    node_close(&node);
}

static void many_levels_of_many_classes_are_split_nearly_as_well_as_can_be(void **state) {
    (void)state;
    const struct forest_feature feature = {"letter", FOREST_CATEGORICAL, 15, letters};
    const struct forest_schema schema = {1, &feature, 3, answers};
    struct lf_rng rng = lf_rng_start(77);
    for (int round = 0; round < 5; round++) {
        float x[300];
        uint16_t label[300];
        uint32_t weight[300];
        struct node node;
        fill(x, label, weight, 300, 1, 3, 15, false, &rng);
        node_open(&node, &schema, x, label, weight, 300, 1);
        try_feature(&node, 0);
        const struct lf_split *split = lf_splitter_best(node.splitter);
        double best = best_subset(&node, 15, 1);
        assert_near(split->score, score_of_split(&node, split), 1e-9);
        assert_true(split->score > 0.97 * best);
        node_close(&node);
    }
}

/* Levels a .. p, of which the first is all "no" and each has more of "yes" than the one before. */
static void rising_levels(float *x, uint16_t *label, uint32_t *weight) {
    for (uint32_t level = 0; level < 16; level++)
        for (uint16_t k = 0; k < 2; k++) {
            x[2 * level + k] = (float)level;
            label[2 * level + k] = k;
            weight[2 * level + k] = k ? level : 15 - level;
        }
}

static void many_levels_are_cut_in_the_order_of_the_whole_tree(void **state) {
    (void)state;
    const struct forest_feature feature = {"letter", FOREST_CATEGORICAL, 16, letters};
    const struct forest_schema schema = {1, &feature, 2, answers};
    float x[32];
    uint16_t label[32];
    uint32_t weight[32];
    struct node node;
    rising_levels(x, label, weight);
    node_open(&node, &schema, x, label, weight, 32, 1);
    /* A node of its own, where by chance the classes part otherwise: a and c are "no", b and d are "yes". */
    struct lf_item few[] = {{0, 5, 0}, {1, 5, 1}, {2, 5, 0}, {3, 5, 1}};
    for (uint32_t i = 0; i < node.matrix.cells; i++)
        for (uint32_t j = 0; j < COUNT(few); j++)
            if (lf_column_code(&node.matrix.column[0], i) == j)
                few[j].cell = i;
    uint32_t yes = node.matrix.class_by_name[0] == 0 ? 1 : 0, count[2] = {10, 10};
    for (uint32_t j = 0; j < COUNT(few); j++)
        few[j].label = j % 2 ? yes : 1 - yes;
    lf_splitter_begin(node.splitter, few, COUNT(few), count, 20);
    assert_true(try_feature(&node, 0));
    const struct lf_split *split = lf_splitter_best(node.splitter);
    assert_near(split->score, 5 + 15 * (1.0 / 9 + 4.0 / 9), 1e-9); /* a, or d, against the rest */
    bool a = right(split, 0), b = right(split, 1), c = right(split, 2), d = right(split, 3);
    assert_true(b == c && (a != b) != (c != d));
    node_close(&node);
}

/* ---- the order of levels ----------------------------------------------------------------------- */

static void levels_are_ordered_along_what_tells_most_of_their_classes_apart(void **state) {
    (void)state;
    /* Shares of three classes: from the first to the last class along a line, one level without rows, and one that
     * differs in the second class, by less. */
    static const uint32_t count[][4] = {{30, 10, 60}, {90, 10, 0}, {0, 0, 0}, {0, 10, 90}, {60, 10, 30}, {43, 14, 43}};
    uint32_t place[6];
    assert_true(lf_order_levels(&(struct lf_level_counts){count[0], 6, 3, 4}, place));
    int direction = place[1] < place[3] ? 1 : -1;
    static const uint32_t along[] = {1, 4, 5, 0, 3};
    for (size_t i = 1; i < COUNT(along); i++)
        assert_true(direction * ((int)place[along[i]] - (int)place[along[i - 1]]) > 0);
}

static void levels_that_are_all_alike_keep_the_order_of_their_names(void **state) {
    (void)state;
    static const uint32_t count[][4] = {{1, 2, 3}, {10, 20, 30}, {1, 2, 3}};
    uint32_t place[3];
    assert_true(lf_order_levels(&(struct lf_level_counts){count[0], 3, 3, 4}, place));
    for (uint32_t level = 0; level < 3; level++)
        assert_int_equal(place[level], level);
}

/* Every cut with missing on either side, and missing against the rest. */
static double best_cut(const struct node *node, uint32_t feature, double min_leaf) {
    uint32_t codes = node->matrix.column[feature].codes;
    bool *goes_right = calloc(codes, sizeof *goes_right);
    double best = -1;
    for (uint32_t cut = 0; cut < codes; cut++)
        for (int missing = 0; missing < 2; missing++) {
            for (uint32_t code = 1; code < codes; code++)
                goes_right[code] = code > cut;
            goes_right[0] = missing;
            best = fmax(best, score_of(node, feature, goes_right, min_leaf));
        }
    free(goes_right);
    return best;
}

/* Sizes and numbers of values that lead through sorting by ranks, by radix, and counting. */
static void numeric_splits_are_the_best_of_all_cuts(void **state) {
    (void)state;
    const struct {
        size_t n;
        uint32_t values;
    } cases[] = {{2, 3}, {7, 4}, {31, 20}, {33, 20}, {33, 200}, {200, 6}, {600, 250}, {1500, 250}, {1500, 1200}};
    struct lf_rng rng = lf_rng_start(5);
    for (size_t c = 0; c < 4 * COUNT(cases); c++) {
        size_t n = cases[c / 4].n;
        float *x = calloc(3 * n, sizeof *x);
        uint16_t *label = calloc(n, sizeof *label);
        uint32_t *weight = calloc(n, sizeof *weight), min_leaf = c % 2 ? 1 : 3;
        struct node node;
        fill(x, label, weight, n, 3, 3, cases[c / 4].values, c % 4 < 2, &rng);
        node_open(&node, &three_numbers, x, label, weight, n, min_leaf);
        for (uint32_t f = 0; f < 3; f++) {
            lf_splitter_begin(node.splitter, node.item, node.matrix.cells, node.count, node.matrix.rows);
            try_feature(&node, f);
            const struct lf_split *split = lf_splitter_best(node.splitter);
            double best = best_cut(&node, f, min_leaf);
            assert_near(split->score, best, 1e-9 * (1 + fabs(best)));
            if (split->score >= 0)
                assert_near(score_of_split(&node, split), best, 1e-9 * (1 + fabs(best)));
        }
        node_close(&node);
        free(x);
        free(label);
        free(weight);
    }
}

/* The best cut of a feature for some of the node's items, each heavier by a factor. */
static struct lf_split cut_of_some(struct node *node, uint32_t feature, uint32_t first, uint32_t n, uint32_t factor) {
    struct lf_item *item = calloc(n, sizeof *item);
    uint32_t count[FOREST_MAX_CLASSES] = {0};
    uint64_t rows = 0;
    for (uint32_t i = 0; i < n; i++) {
        item[i] = node->item[first + i * (node->matrix.cells - first) / n];
        item[i].weight *= factor;
        count[item[i].label] += item[i].weight;
        rows += item[i].weight;
    }
    lf_splitter_begin(node->splitter, item, n, count, rows);
    try_feature(node, feature);
    free(item);
    return *lf_splitter_best(node->splitter);
}

/* How rows are counted depends on how many they are: up to 255, up to 65535, or more.  Columns of bytes and wide ones,
 * equal scores among them. */
static void cuts_are_the_same_however_many_rows_an_item_is(void **state) {
    (void)state;
    enum { ROWS = 1500, ROUNDS = 400 };
    static const uint32_t values[] = {3, 40, 250, 1200}, some[] = {2, 3, 5, 8, 9, 17, 31, 32, 33, 60, 150};
    static float x[3 * ROWS];
    static uint16_t label[ROWS];
    static uint32_t weight[ROWS];
    struct lf_rng rng = lf_rng_start(11);
    for (size_t v = 0; v < COUNT(values); v++) {
        struct node node;
        fill(x, label, weight, ROWS, 3, 3, values[v], v % 2, &rng);
        node_open(&node, &three_numbers, x, label, weight, ROWS, 1);
        for (uint32_t round = 0; round < ROUNDS; round++) {
            uint32_t n = some[round % COUNT(some)], feature = round % 3;
            uint32_t first = (uint32_t)lf_rng_below(&rng, node.matrix.cells / 2);
            struct lf_split one = cut_of_some(&node, feature, first, n, 1);
            for (uint32_t factor = 100; factor <= 1000000; factor *= 100) {
                struct lf_split other = cut_of_some(&node, feature, first, n, factor);
                assert_int_equal(other.score < 0, one.score < 0);
                if (one.score < 0)
                    continue;
                assert_near(other.score / factor, one.score, 1e-9 * one.score);
                assert_int_equal(other.bin, one.bin);
                assert_int_equal(other.flags, one.flags);
            }
        }
        node_close(&node);
    }
}

/* Bytes and wide codes, an odd number of items, and a second excerpt from the same memory. */
static void a_column_cache_has_the_codes_of_its_items(void **state) {
    (void)state;
    enum { ROWS = 900, SOME = 201 };
    static float x[3 * ROWS];
    static uint16_t label[ROWS];
    static uint32_t weight[ROWS];
    struct lf_rng rng = lf_rng_start(12);
    struct node node;
    fill(x, label, weight, ROWS, 3, 3, 1000, true, &rng);
    for (size_t i = 0; i < ROWS; i++)
        x[3 * i + 1] = (float)(i % 7);
    node_open(&node, &three_numbers, x, label, weight, ROWS, 1);
    struct lf_column_cache *cache = lf_column_cache_new(&node.matrix);
    for (uint32_t first = 0; first <= 400; first += 400) {
        struct lf_item *item = node.item + first;
        lf_column_cache_begin(cache, item, SOME);
        for (uint32_t f = 3; f-- > 0;)
            for (uint32_t i = 0; i < SOME; i++)
                assert_int_equal(lf_column_code(lf_column_cache_get(cache, f), item[i].cell),
                                 lf_column_code(&node.matrix.column[f], first + i));
    }
    lf_column_cache_free(cache);
    node_close(&node);
}

/* Class counts beyond the 24 bits that a float holds exactly (a peer counts in floats). */
static void counts_beyond_a_floats_precision_stay_exact(void **state) {
    (void)state;
    const float x[] = {1, 0, 0, 2, 0, 0, 3, 0, 0};
    const uint16_t label[] = {0, 1, 1};
    const uint32_t weight[] = {(1 << 29) + 1, 1, 1 << 29};
    struct node node;
    node_open(&node, &three_numbers, x, label, weight, 3, 1);
    try_feature(&node, 0);
    assert_int_equal(cut_number(lf_splitter_best(node.splitter)), 1);
    assert_near(lf_splitter_best(node.splitter)->score, (double)node.matrix.rows, 0.5);
    node_close(&node);
}

static void neighbouring_floats_are_told_apart(void **state) {
    (void)state;
    float low = 16777216.0F, high = nextafterf(low, INFINITY), tiny = 1e-45F;
    const float x[] = {low, -tiny, -INFINITY, high, tiny, INFINITY};
    const uint16_t label[] = {0, 1};
    struct node node;
    node_open(&node, &three_numbers, x, label, NULL, 2, 1);
    for (uint32_t f = 0; f < 3; f++) {
        float a = x[f], b = x[3 + f], cut = node.matrix.column[f].cut[0];
        assert_true(!(a > cut) && b > cut);
    }
    node_close(&node);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_numeric_cut_lies_midway_where_classes_part),
        cmocka_unit_test(weights_decide_where_to_cut),
        cmocka_unit_test(missing_values_go_to_the_side_that_is_better),
        cmocka_unit_test(a_leaf_smaller_than_min_leaf_is_not_made),
        cmocka_unit_test(levels_not_seen_here_go_with_the_larger_part),
        cmocka_unit_test(categorical_splits_are_the_best_of_all_subsets),
        cmocka_unit_test(two_classes_are_split_best_with_any_number_of_levels),
        cmocka_unit_test(many_levels_of_many_classes_are_split_nearly_as_well_as_can_be),
        cmocka_unit_test(many_levels_are_cut_in_the_order_of_the_whole_tree),
        cmocka_unit_test(levels_are_ordered_along_what_tells_most_of_their_classes_apart),
        cmocka_unit_test(levels_that_are_all_alike_keep_the_order_of_their_names),
        cmocka_unit_test(numeric_splits_are_the_best_of_all_cuts),
        cmocka_unit_test(cuts_are_the_same_however_many_rows_an_item_is),
        cmocka_unit_test(a_column_cache_has_the_codes_of_its_items),
        cmocka_unit_test(counts_beyond_a_floats_precision_stay_exact),
        cmocka_unit_test(neighbouring_floats_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
