/* explain_test.c - contributions of features against Shapley's definition, and the dump. */
#include "libforest/format/forest_impl.h"
#include "tests/unit/libforest/support.h"

/* ---- explanation --------------------------------------------------------------------------------- */

/* Rows that reached each node of a tree, from those of its leaves. */
static uint32_t rows_below(const struct lf_walk *walk, const uint32_t *cover, uint32_t at) {
    if (!lf_is_leaf(walk->node[at]))
        return rows_below(walk, cover, walk->node[at].next) + rows_below(walk, cover, walk->node[at].next + 1);
    uint32_t leaf = 0;
    for (uint32_t i = 0; i < at; i++)
        leaf += lf_is_leaf(walk->node[i]);
    return cover[leaf];
}

/* What a tree says of a class when only features in `known` are known: others are averaged over, in
 * proportion to the rows that went each way. */
static double value_known(const struct forest *f, const struct lf_walk *walk, const uint32_t *cover, uint32_t at,
                          const uint16_t *code, uint32_t known, uint32_t class) {
    struct lf_node node = walk->node[at];
    if (lf_is_leaf(node))
        return lf_forest_leaf(f, walk, node)[class] / (double)LF_ONE;
    if (known >> lf_feature(node) & 1)
        return value_known(f, walk, cover, node.next + lf_goes_right(walk, node, code, walk->set != NULL), code, known,
                           class);
    double left = rows_below(walk, cover, node.next), right = rows_below(walk, cover, node.next + 1);
    return (left * value_known(f, walk, cover, node.next, code, known, class) +
            right * value_known(f, walk, cover, node.next + 1, code, known, class)) /
           (left + right);
}

static double factorial(uint32_t n) {
    return n < 2 ? 1 : n * factorial(n - 1);
}

/* Shapley's value, from its definition. */
static double shapley(const struct forest *f, const uint16_t *code, uint32_t feature, uint32_t class) {
    double sum = 0;
    const uint32_t *cover = f->cover;
    for (uint32_t t = 0; t < f->trees; t++) {
        struct lf_walk walk = lf_forest_walk(f, t);
        for (uint32_t known = 0; known < 1U << f->features; known++) {
            if (known >> feature & 1)
                continue;
            uint32_t size = (uint32_t)__builtin_popcount(known);
            double weight = factorial(size) * factorial(f->features - size - 1) / factorial(f->features);
            sum += weight * (value_known(f, &walk, cover, 0, code, known | 1U << feature, class) -
                             value_known(f, &walk, cover, 0, code, known, class));
        }
        cover += (walk.nodes + 1) / 2;
    }
    return sum / f->trees;
}

static void contributions_are_shapley_values(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 80, true, 70);
    struct forest_params params = few_trees(4);
    struct forest *f = train_rows(&rows, &params);
    for (size_t i = 0; i < 6; i++) {
        float contribution[4 * 3], base[3];
        uint16_t code[1 + 4] = {0};
        assert_ok(forest_explain(f, row_of(&rows, i), contribution, base, &error));
        lf_forest_encode(f, row_of(&rows, i), code);
        for (uint32_t feature = 0; feature < 4; feature++)
            for (uint32_t k = 0; k < 3; k++)
                assert_near(contribution[feature * 3 + k], shapley(f, code, feature, k), 1e-6);
    }
    forest_free(f);
    rows_free(&rows);
}

static void contributions_and_base_add_up_to_the_answer(void **state) {
    (void)state;
    const struct forest_schema *schemas[] = {&two_categories, &mixed, &three_numbers};
    for (int s = 0; s < 3; s++) {
        struct rows rows = make_rows(schemas[s], 700, true, 71);
        struct forest_params params = few_trees(20);
        struct forest *f = train_rows(&rows, &params);
        for (size_t i = 0; i < 50; i++) {
            float contribution[4 * 3], base[3], prob[3];
            assert_ok(forest_explain(f, row_of(&rows, i), contribution, base, &error));
            forest_predict(f, row_of(&rows, i), prob);
            for (size_t k = 0; k < 3; k++) {
                double sum = base[k];
                for (size_t feature = 0; feature < schemas[s]->features; feature++)
                    sum += contribution[feature * 3 + k];
                assert_near(sum, prob[k], 1e-5);
            }
        }
        forest_free(f);
        rows_free(&rows);
    }
}

static void a_feature_that_no_tree_asks_about_adds_nothing(void **state) {
    (void)state;
    struct rows rows = make_rows(&two_categories, 200, false, 72);
    for (size_t i = 0; i < rows.n; i++)
        rows.x[2 * i + 1] = 1;
    struct forest_params params = few_trees(5);
    struct forest *f = train_rows(&rows, &params);
    float contribution[2 * 3], base[3];
    assert_ok(forest_explain(f, rows.x, contribution, base, &error));
    for (int k = 0; k < 3; k++)
        assert_true(contribution[3 + k] == 0);
    forest_free(f);
    rows_free(&rows);
}

/* ---- dump ------------------------------------------------------------------------------------------ */

struct page {
    char text[8192];
    size_t used, calls, stop_at;
};

static bool append(void *user, const char *text, size_t size) {
    struct page *page = user;
    if (page->used + size < sizeof page->text) {
        memcpy(page->text + page->used, text, size);
        page->used += size;
    }
    return ++page->calls < page->stop_at;
}

static void a_tree_reads_as_questions_and_answers(void **state) {
    (void)state;
    const float x[] = {1, 0, 0, 3, 2, 0, 0, 3, 8, 0, 0, 3, 8, 2, 0, 3};
    const uint16_t label[] = {0, 0, 1, 2};
    const uint32_t weight[] = {10, 10, 30, 5};
    struct forest_dataset *ds;
    assert_ok(forest_dataset_new(&ds, &mixed, &error));
    assert_ok(forest_dataset_add(ds, x, label, weight, 4, &error));
    struct forest_params params = few_trees(1);
    params.bootstrap = FOREST_ALL_ROWS;
    params.smoothing = 0;
    params.mtry = 4;
    struct forest *f = forest_of(ds, &params);
    struct page page = {.stop_at = SIZE_MAX};
    assert_ok(forest_dump(f, append, &page, &error));
    assert_string_equal(page.text, "tree 1 of 1, 5 nodes\n"
                                   "  age > 5 or missing?\n"
                                   "    no: no 1.000 (20 rows)\n"
                                   "    yes: colour not in {blue}?\n"
                                   "      no: yes 1.000 (5 rows)\n"
                                   "      yes: maybe 1.000 (30 rows)\n");
    forest_free(f);
    forest_dataset_free(ds);
}

static void a_dump_stops_when_told(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 500, true, 73);
    struct forest_params params = few_trees(50);
    struct forest *f = train_rows(&rows, &params);
    struct page page = {.stop_at = 1};
    assert_int_equal(forest_dump(f, append, &page, &error), FOREST_CANCELLED);
    assert_int_equal(page.calls, 1);
    forest_free(f);
    rows_free(&rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contributions_are_shapley_values),
        cmocka_unit_test(contributions_and_base_add_up_to_the_answer),
        cmocka_unit_test(a_feature_that_no_tree_asks_about_adds_nothing),
        cmocka_unit_test(a_tree_reads_as_questions_and_answers),
        cmocka_unit_test(a_dump_stops_when_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
