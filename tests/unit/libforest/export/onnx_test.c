/*
 * onnx_test.c - ONNX files, read back by a reader of protocol buffers of a page and evaluated: what the
 * graph says must be what the forest says.
 */
#include "libforest/format/forest_impl.h"
#include "tests/unit/libforest/support.h"

struct file {
    uint8_t *bytes;
    size_t size;
};

static bool collect(void *user, const char *text, size_t size) {
    struct file *file = user;
    file->bytes = realloc(file->bytes, file->size + size);
    memcpy(file->bytes + file->size, text, size);
    file->size += size;
    return true;
}

static struct file export_of(const struct forest *f) {
    struct file file = {NULL, 0};
    assert_ok(forest_export_onnx(f, collect, &file, &error));
    return file;
}

/* ---- reading --------------------------------------------------------------------------------------- */

/* A message, or a field of one: bytes, or a number. */
struct field {
    uint32_t number, kind;
    uint64_t value;
    const uint8_t *at, *end;
};

static uint64_t varint(const uint8_t **at, const uint8_t *end) {
    uint64_t value = 0;
    for (int shift = 0; *at < end && shift < 64; shift += 7) {
        uint8_t byte = *(*at)++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    fail_msg("a number does not end");
    return 0;
}

static bool next_field(const uint8_t **at, const uint8_t *end, struct field *field) {
    if (*at == end)
        return false;
    uint64_t key = varint(at, end);
    *field = (struct field){.number = (uint32_t)(key >> 3), .kind = key & 7};
    if (field->kind == 0) {
        field->value = varint(at, end);
        return true;
    }
    uint64_t length = field->kind == 2 ? varint(at, end) : 4;
    assert_true(length <= (uint64_t)(end - *at));
    field->at = *at;
    field->end = *at += length;
    return true;
}

/* The n-th field of a number in a message. */
static bool find(const struct field *message, uint32_t number, size_t n, struct field *found) {
    const uint8_t *at = message->at;
    while (next_field(&at, message->end, found))
        if (found->number == number && n-- == 0)
            return true;
    return false;
}

static bool is_text(const struct field *field, const char *text) {
    return (size_t)(field->end - field->at) == strlen(text) && memcmp(field->at, text, strlen(text)) == 0;
}

static struct field graph_of(const struct file *file) {
    struct field model = {.at = file->bytes, .end = file->bytes + file->size}, graph;
    assert_true(find(&model, 7, 0, &graph));
    return graph;
}

/* An element of the graph (field 1 node, 5 tensor, 11 input, 12 output) by the text in one of its fields. */
static struct field element(const struct file *file, uint32_t kind, uint32_t text_field, const char *text) {
    struct field graph = graph_of(file), found, name;
    for (size_t n = 0; find(&graph, kind, n, &found); n++)
        if (find(&found, text_field, 0, &name) && is_text(&name, text))
            return found;
    fail_msg("nothing is called %s", text);
    return found;
}

static const void *tensor(const struct file *file, const char *name, size_t *size) {
    struct field found = element(file, 5, 8, name), raw;
    assert_true(find(&found, 9, 0, &raw));
    *size = (size_t)(raw.end - raw.at);
    return raw.at;
}

/* ---- a table --------------------------------------------------------------------------------------- */

static void a_finite_domain_is_a_table_of_the_very_same_probabilities(void **state) {
    (void)state;
    for (int calibrate = 0; calibrate < 2; calibrate++) {
        struct rows rows = make_rows(&two_categories, 500, true, 80);
        struct forest_params params = few_trees(20);
        params.calibrate = calibrate;
        struct forest *f = train_rows(&rows, &params);
        struct file file = export_of(f);
        size_t size;
        float prob[3], row[2];
        const uint8_t *table = tensor(&file, "forest/table", &size);
        assert_int_equal(size, 6 * 5 * 3 * sizeof(float));
        for (uint32_t colour = 0; colour < 6; colour++)
            for (uint32_t bulk = 0; bulk < 5; bulk++) {
                row[0] = colour < 4 ? (float)colour : colour == 4 ? NAN : FOREST_UNSEEN;
                row[1] = bulk < 3 ? (float)bulk : bulk == 3 ? NAN : FOREST_UNSEEN;
                forest_predict(f, row, prob);
                assert_memory_equal(prob, table + (colour * 5 + bulk) * sizeof prob, sizeof prob);
            }
        free(file.bytes);
        forest_free(f);
        rows_free(&rows);
    }
}

static void inputs_and_outputs_have_the_names_and_types_of_the_schema(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 100, true, 81);
    struct forest_params params = few_trees(2);
    struct forest *f = train_rows(&rows, &params);
    struct file file = export_of(f);
    struct field input, type, tensor_type, number;
    for (uint32_t i = 0; i < 4; i++) {
        input = element(&file, 11, 1, mixed_features[i].name);
        assert_true(find(&input, 2, 0, &type) && find(&type, 1, 0, &tensor_type) && find(&tensor_type, 1, 0, &number));
        assert_int_equal(number.value, mixed_features[i].kind == FOREST_NUMERIC ? 1 : 8);
    }
    element(&file, 12, 1, "label");
    element(&file, 12, 1, "probabilities");
    free(file.bytes);
    forest_free(f);
    rows_free(&rows);
}

/* ---- trees ------------------------------------------------------------------------------------------ */

/* The n-th value in a field of an attribute. */
static struct field repeated(const struct field *node, const char *name, uint32_t list, size_t at) {
    struct field found, text, values;
    for (size_t n = 0; find(node, 5, n, &found); n++)
        if (find(&found, 1, 0, &text) && is_text(&text, name)) {
            assert_true(find(&found, list, at, &values));
            return values;
        }
    fail_msg("no attribute %s", name);
    return found;
}

static struct field attribute(const struct field *node, const char *name, uint32_t list) {
    return repeated(node, name, list, 0);
}

enum { MOST = 20000 };

static size_t integers(const struct field *node, const char *name, int64_t *out) {
    struct field list = attribute(node, name, 8);
    size_t n = 0;
    for (const uint8_t *at = list.at; at < list.end; n++)
        out[n] = (int64_t)varint(&at, list.end);
    assert_true(n <= MOST);
    return n;
}

static size_t floats(const struct field *node, const char *name, float *out) {
    struct field list = attribute(node, name, 7);
    memcpy(out, list.at, (size_t)(list.end - list.at));
    return (size_t)(list.end - list.at) / sizeof *out;
}

/* The classifier's attributes, as a runtime keeps them. */
static struct {
    int64_t tree[MOST], node[MOST], column[MOST], yes[MOST], no[MOST], missing_yes[MOST];
    int64_t class_tree[MOST], class_node[MOST], class_id[MOST];
    float value[MOST], weight[MOST];
    size_t nodes, weights;
} trees;

static void read_trees(const struct file *file) {
    struct field node = element(file, 1, 4, "TreeEnsembleClassifier");
    trees.nodes = integers(&node, "nodes_treeids", trees.tree);
    assert_int_equal(integers(&node, "nodes_nodeids", trees.node), trees.nodes);
    assert_int_equal(integers(&node, "nodes_featureids", trees.column), trees.nodes);
    assert_int_equal(integers(&node, "nodes_truenodeids", trees.yes), trees.nodes);
    assert_int_equal(integers(&node, "nodes_falsenodeids", trees.no), trees.nodes);
    assert_int_equal(integers(&node, "nodes_missing_value_tracks_true", trees.missing_yes), trees.nodes);
    assert_int_equal(floats(&node, "nodes_values", trees.value), trees.nodes);
    trees.weights = integers(&node, "class_treeids", trees.class_tree);
    assert_int_equal(integers(&node, "class_nodeids", trees.class_node), trees.weights);
    assert_int_equal(integers(&node, "class_ids", trees.class_id), trees.weights);
    assert_int_equal(floats(&node, "class_weights", trees.weight), trees.weights);
}

/* BRANCH_LEQ walks over a row of columns; a node whose children are 0 is a leaf. */
static void score(const float *column, double *sum) {
    for (size_t root = 0; root < trees.nodes;) {
        size_t at = root, next = root;
        while (trees.yes[at] != 0) {
            float x = column[trees.column[at]];
            bool yes = isnan(x) ? trees.missing_yes[at] : x <= trees.value[at];
            at = root + (size_t)(yes ? trees.yes[at] : trees.no[at]);
        }
        for (size_t w = 0; w < trees.weights; w++)
            if (trees.class_tree[w] == trees.tree[root] && trees.class_node[w] == trees.node[at])
                sum[trees.class_id[w]] += (double)trees.weight[w];
        while (next < trees.nodes && trees.tree[next] == trees.tree[root])
            next++;
        root = next;
    }
}

/* Columns of the classifier: what Concat puts side by side. */
static size_t columns_of(const struct file *file, const struct forest_schema *schema, const float *x, float *column) {
    struct field concat = element(file, 1, 4, "Concat"), input;
    size_t columns = 0, size;
    for (size_t n = 0; find(&concat, 1, n, &input); n++) {
        char name[300];
        unsigned feature;
        snprintf(name, sizeof name, "%.*s", (int)(input.end - input.at), (const char *)input.at);
        if (sscanf(name, "forest/known_%u", &feature) == 1) {
            column[columns++] = isnan(x[feature]) ? 0.0F : 1.0F;
        } else if (sscanf(name, "forest/sets_%u", &feature) == 1) {
            size_t levels = schema->feature[feature].levels, code;
            char members[60];
            snprintf(members, sizeof members, "forest/members_%u", feature);
            const uint8_t *matrix = tensor(file, members, &size);
            size_t sets = size / sizeof(float) / (levels + 2);
            code = isnan(x[feature]) ? levels : x[feature] < 0 ? levels + 1 : (size_t)x[feature];
            memcpy(column + columns, matrix + code * sets * sizeof(float), sets * sizeof(float));
            columns += sets;
        } else {
            for (size_t f = 0; f < schema->features; f++)
                if (strcmp(schema->feature[f].name, name) == 0)
                    column[columns++] = x[f];
        }
    }
    return columns;
}

static void trees_of_the_file_give_the_forests_probabilities(void **state) {
    (void)state;
    const struct forest_schema *schemas[] = {&mixed, &three_numbers};
    for (int s = 0; s < 2; s++) {
        struct rows rows = make_rows(schemas[s], 250, true, 82);
        struct forest_params params = few_trees(6);
        struct forest *f = train_rows(&rows, &params);
        struct file file = export_of(f);
        read_trees(&file);
        assert_int_equal(trees.nodes, info_of(f).nodes);
        for (size_t i = 0; i < rows.n; i++) {
            static float column[MOST];
            double sum[3] = {0};
            float prob[3];
            columns_of(&file, schemas[s], row_of(&rows, i), column);
            score(column, sum);
            forest_predict(f, row_of(&rows, i), prob);
            for (int k = 0; k < 3; k++)
                assert_near(sum[k], prob[k], 1e-6);
        }
        free(file.bytes);
        forest_free(f);
        rows_free(&rows);
    }
}

/* Runtimes broke on nodes with two parents, and on questions other than "less or equal". */
static void trees_of_the_file_are_strict(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 250, true, 85);
    struct forest_params params = few_trees(6);
    struct forest *f = train_rows(&rows, &params);
    struct file file = export_of(f);
    struct field node = element(&file, 1, 4, "TreeEnsembleClassifier"), mode;
    static uint8_t parents[MOST];
    read_trees(&file);
    memset(parents, 0, sizeof parents);
    for (size_t i = 0; i < trees.nodes; i++) {
        size_t root = i - (size_t)trees.node[i]; /* nodes of a tree are numbered from 0, in a row */
        mode = repeated(&node, "nodes_modes", 9, i);
        assert_true(is_text(&mode, trees.yes[i] != 0 ? "BRANCH_LEQ" : "LEAF"));
        if (trees.yes[i] != 0) {
            parents[root + (size_t)trees.yes[i]]++;
            parents[root + (size_t)trees.no[i]]++;
        }
    }
    for (size_t i = 0; i < trees.nodes; i++)
        assert_int_equal(parents[i], trees.node[i] == 0 ? 0 : 1);
    free(file.bytes);
    forest_free(f);
    rows_free(&rows);
}

/* The name of an input (field 1) or output (2) of a node. */
static const char *end_of(const struct field *node, uint32_t field, size_t n) {
    static char name[2][60];
    struct field text;
    assert_true(find(node, field, n, &text));
    snprintf(name[field - 1], sizeof *name, "%.*s", (int)(text.end - text.at), (const char *)text.at);
    return name[field - 1];
}

/* A classifier's own label is not asked: of two classes, runtimes choose by rules of their own. */
static void the_label_is_the_first_of_the_largest_scores(void **state) {
    (void)state;
    const struct forest_schema two_classes = {3, numeric_features, 2, answers};
    for (int calibrate = 0; calibrate < 2; calibrate++) {
        struct rows rows = make_rows(&two_classes, 250, true, 86);
        struct forest_params params = few_trees(6);
        params.calibrate = calibrate;
        struct forest *f = train_rows(&rows, &params);
        struct file file = export_of(f);
        struct field names = element(&file, 1, 2, "label"), name;
        assert_true(find(&names, 4, 0, &name) && is_text(&name, "LabelEncoder"));
        struct field largest = element(&file, 1, 2, end_of(&names, 1, 0));
        assert_true(find(&largest, 4, 0, &name) && is_text(&name, "ArgMax"));
        struct field classifier = element(&file, 1, 4, "TreeEnsembleClassifier");
        assert_string_equal(end_of(&largest, 1, 0), end_of(&classifier, 2, 1));
        for (size_t k = 0; k < 2; k++) {
            name = repeated(&names, "values_strings", 9, k);
            assert_true(is_text(&name, answers[k]));
        }
        free(file.bytes);
        forest_free(f);
        rows_free(&rows);
    }
}

static void a_forest_that_asks_nothing_still_exports(void **state) {
    (void)state;
    struct rows rows = make_rows(&mixed, 30, false, 83);
    memset(rows.label, 0, rows.n * sizeof *rows.label);
    struct forest_params params = few_trees(2);
    struct forest *f = train_rows(&rows, &params);
    struct file file = export_of(f);
    read_trees(&file);
    assert_int_equal(trees.nodes, 2);
    free(file.bytes);
    forest_free(f);
    rows_free(&rows);
}

static void a_feature_with_a_name_of_the_graph_is_refused(void **state) {
    (void)state;
    const struct forest_feature feature = {"label", FOREST_NUMERIC, 0, NULL};
    const struct forest_schema schema = {1, &feature, 3, answers};
    struct rows rows = make_rows(&schema, 30, false, 84);
    struct forest_params params = few_trees(2);
    struct forest *f = train_rows(&rows, &params);
    struct file file = {NULL, 0};
    assert_int_equal(forest_export_onnx(f, collect, &file, &error), FOREST_INVALID);
    assert_string_equal(error.text, "a feature called label cannot be exported: the graph uses that name");
    assert_int_equal(file.size, 0);
    forest_free(f);
    rows_free(&rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_finite_domain_is_a_table_of_the_very_same_probabilities),
        cmocka_unit_test(inputs_and_outputs_have_the_names_and_types_of_the_schema),
        cmocka_unit_test(trees_of_the_file_give_the_forests_probabilities),
        cmocka_unit_test(trees_of_the_file_are_strict),
        cmocka_unit_test(the_label_is_the_first_of_the_largest_scores),
        cmocka_unit_test(a_forest_that_asks_nothing_still_exports),
        cmocka_unit_test(a_feature_with_a_name_of_the_graph_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
