/* forest_dataset_test.c - schemas, and rows collapsing into cells. */
#include "libforest/data/forest_dataset.h"
#include "tests/unit/libforest/support.h"

#include <sys/resource.h>

static void equal_rows_become_one_cell_with_their_weights_added(void **state) {
    (void)state;
    const float x[] = {0, 1, 0, 1, 3, 2, 0, 1};
    const uint16_t label[] = {2, 2, 0, 1};
    const uint32_t weight[] = {5, 7, 1, 3};
    struct forest_dataset *ds;
    assert_ok(forest_dataset_new(&ds, &two_categories, &error));
    assert_ok(forest_dataset_add(ds, x, label, weight, 4, &error));
    assert_int_equal(forest_dataset_rows(ds), 16);
    assert_int_equal(forest_dataset_cells(ds), 3);
    forest_dataset_free(ds);
}

/* Every cell, added up; both ways of storing must read back what was put in. */
static void check_read_back(const struct forest_schema *schema) {
    struct rows rows = make_rows(schema, 500, true, 3);
    struct forest_dataset *ds = dataset_of(&rows);
    float x[8];
    struct lf_cell cell = {.row = x};
    uint64_t total = 0;
    size_t cells = 0;
    for (size_t position = 0; lf_dataset_next(ds, &position, &cell); cells++) {
        uint64_t found = 0;
        for (size_t i = 0; i < rows.n; i++) {
            bool same = rows.label[i] == cell.label;
            for (size_t f = 0; f < schema->features; f++) {
                float a = row_of(&rows, i)[f];
                same = same && (a == x[f] || (isnan(a) && isnan(x[f])));
            }
            found += same;
        }
        assert_int_equal(found, cell.count);
        total += cell.count;
    }
    assert_int_equal(total, rows.n);
    assert_int_equal(cells, forest_dataset_cells(ds));
    forest_dataset_free(ds);
    rows_free(&rows);
}

static void cells_read_back_as_the_rows_that_were_added(void **state) {
    (void)state;
    check_read_back(&two_categories);
    check_read_back(&mixed);
}

static void rows_of_weight_zero_leave_no_trace(void **state) {
    (void)state;
    const float x[] = {1, 1, 2, 2, 3, 1.5F, 2, 7};
    const uint16_t label[] = {0, 1};
    const uint32_t weight[] = {0, 0};
    struct forest_dataset *ds;
    assert_ok(forest_dataset_new(&ds, &mixed, &error));
    assert_ok(forest_dataset_add(ds, x, label, weight, 2, &error));
    assert_int_equal(forest_dataset_rows(ds), 0);
    assert_int_equal(forest_dataset_cells(ds), 0);
    forest_dataset_free(ds);
}

static void a_label_out_of_range_is_named_and_nothing_is_added(void **state) {
    (void)state;
    const float x[6] = {0};
    const uint16_t label[] = {0, 3, 1};
    struct forest_dataset *ds;
    assert_ok(forest_dataset_new(&ds, &two_categories, &error));
    assert_int_equal(forest_dataset_add(ds, x, label, NULL, 3, &error), FOREST_INVALID);
    assert_string_equal(error.text, "label 3 of row 1 is not below 3");
    assert_int_equal(forest_dataset_rows(ds), 0);
    assert_int_equal(forest_dataset_cells(ds), 0);
    forest_dataset_free(ds);
}

static void values_that_are_no_level_are_one_unseen_level(void **state) {
    (void)state;
    const float x[] = {4, 0, -1, 0, 0.5F, 0, 1e30F, 0, INFINITY, 0, FOREST_UNSEEN, 0, NAN, 0, -0.0F, 0};
    const uint16_t label[8] = {0};
    struct forest_dataset *ds;
    assert_ok(forest_dataset_new(&ds, &two_categories, &error));
    assert_ok(forest_dataset_add(ds, x, label, NULL, 8, &error));
    assert_int_equal(forest_dataset_cells(ds), 3); /* unseen, missing, level 0 */
    forest_dataset_free(ds);
}

static void zeros_and_nans_are_equal_whatever_their_bits(void **state) {
    (void)state;
    const uint32_t bits[] = {0x7fc00000U, 0xffc00001U, 0x7f800001U, 0x00000000U, 0x80000000U};
    float x[15];
    uint16_t label[5] = {0};
    for (int i = 0; i < 15; i++)
        memcpy(&x[i], &bits[i / 3], sizeof x[i]);
    struct forest_dataset *ds;
    assert_ok(forest_dataset_new(&ds, &three_numbers, &error));
    assert_ok(forest_dataset_add(ds, x, label, NULL, 5, &error));
    assert_int_equal(forest_dataset_cells(ds), 2);
    forest_dataset_free(ds);
}

static void merging_shards_is_adding_all_rows(void **state) {
    (void)state;
    const struct forest_schema *schemas[] = {&two_categories, &mixed};
    for (int s = 0; s < 2; s++) {
        struct rows rows = make_rows(schemas[s], 600, true, 8), first = rows, second = rows;
        first.n = 250;
        second.x += 250 * rows.schema->features;
        second.label += 250;
        second.n = 350;
        struct forest_dataset *whole = dataset_of(&rows), *a = dataset_of(&first), *b = dataset_of(&second);
        assert_ok(forest_dataset_merge(a, b, &error));
        assert_int_equal(forest_dataset_rows(a), forest_dataset_rows(whole));
        assert_int_equal(forest_dataset_cells(a), forest_dataset_cells(whole));
        struct forest_params params = few_trees(5);
        struct forest *f = forest_of(whole, &params), *g = forest_of(a, &params);
        assert_same_image(f, g);
        forest_free(f);
        forest_free(g);
        forest_dataset_free(whole);
        forest_dataset_free(a);
        forest_dataset_free(b);
        rows_free(&rows);
    }
}

static void data_sets_of_different_schemas_do_not_merge(void **state) {
    (void)state;
    struct forest_dataset *a, *b;
    assert_ok(forest_dataset_new(&a, &two_categories, &error));
    assert_ok(forest_dataset_new(&b, &mixed, &error));
    assert_int_equal(forest_dataset_merge(a, b, &error), FOREST_INVALID);
    forest_dataset_free(a);
    forest_dataset_free(b);
}

static void memory_grows_with_distinct_rows_and_not_with_rows(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 1000, false, 4);
    struct forest_dataset *ds = dataset_of(&rows);
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    for (int i = 0; i < 2000; i++)
        assert_ok(forest_dataset_add(ds, rows.x, rows.label, NULL, rows.n, &error));
    getrusage(RUSAGE_SELF, &after);
    assert_int_equal(forest_dataset_rows(ds), 2001000);
    assert_true(after.ru_maxrss - before.ru_maxrss < 2048); /* KiB */
    forest_dataset_free(ds);
    rows_free(&rows);
}

static void refused(const struct forest_schema *schema, const char *why) {
    struct forest_dataset *ds = NULL;
    assert_int_equal(forest_dataset_new(&ds, schema, &error), FOREST_INVALID);
    assert_null(ds);
    assert_string_equal(error.text, why);
}

static void schemas_that_break_a_limit_are_refused_with_the_reason(void **state) {
    (void)state;
    const char *const twice[] = {"no", "yes", "no"}, *const bad_utf8[] = {"ok", "caf\xe9"}, *const empty[] = {"ok", ""};
    const struct forest_feature same[] = {{"a", FOREST_NUMERIC, 0, NULL}, {"a", FOREST_NUMERIC, 0, NULL}};
    const struct forest_feature levels[] = {{"a", FOREST_NUMERIC, 2, colours}};
    const struct forest_feature none[] = {{"a", FOREST_CATEGORICAL, 0, colours}};
    const struct forest_feature one[] = {{"a", FOREST_CATEGORICAL, 2, bad_utf8}};
    refused(&(struct forest_schema){0, same, 2, answers}, "0 features, not 1 to 4095");
    refused(&(struct forest_schema){1, same, 1, answers}, "1 classes, not 2 to 256");
    refused(&(struct forest_schema){1, same, 3, twice}, "two classes are called no");
    refused(&(struct forest_schema){2, same, 2, answers}, "two features are called a");
    refused(&(struct forest_schema){1, levels, 2, answers}, "numeric feature a has levels");
    refused(&(struct forest_schema){1, none, 2, answers}, "feature a has 0 levels, not 1 to 65533");
    refused(&(struct forest_schema){1, one, 2, answers},
            "the name of level 1 of a is empty, longer than 255 bytes or not UTF-8");
    refused(&(struct forest_schema){1, same, 2, empty},
            "the name of class 1 is empty, longer than 255 bytes or not UTF-8");
}

static void a_level_is_found_by_its_name(void **state) {
    (void)state;
    assert_true(forest_level(&category_features[0], "blue") == 2);
    assert_true(forest_level(&category_features[0], "Blue") == FOREST_UNSEEN);
}

static void the_schema_is_a_copy(void **state) {
    (void)state;
    char name[] = "colour";
    struct forest_feature feature = {name, FOREST_CATEGORICAL, 4, colours};
    struct forest_schema schema = {1, &feature, 3, answers};
    struct forest_dataset *ds;
    assert_ok(forest_dataset_new(&ds, &schema, &error));
    name[0] = 'x';
    assert_string_equal(forest_dataset_schema(ds)->feature[0].name, "colour");
    assert_string_equal(forest_dataset_schema(ds)->feature[0].level[3], "amber");
    assert_string_equal(forest_dataset_schema(ds)->class_name[2], "yes");
    forest_dataset_free(ds);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_rows_become_one_cell_with_their_weights_added),
        cmocka_unit_test(cells_read_back_as_the_rows_that_were_added),
        cmocka_unit_test(rows_of_weight_zero_leave_no_trace),
        cmocka_unit_test(a_label_out_of_range_is_named_and_nothing_is_added),
        cmocka_unit_test(values_that_are_no_level_are_one_unseen_level),
        cmocka_unit_test(zeros_and_nans_are_equal_whatever_their_bits),
        cmocka_unit_test(merging_shards_is_adding_all_rows),
        cmocka_unit_test(data_sets_of_different_schemas_do_not_merge),
        cmocka_unit_test(memory_grows_with_distinct_rows_and_not_with_rows),
        cmocka_unit_test(schemas_that_break_a_limit_are_refused_with_the_reason),
        cmocka_unit_test(a_level_is_found_by_its_name),
        cmocka_unit_test(the_schema_is_a_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
