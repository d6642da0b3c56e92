/*
 * onnx_forest.c - writes forests of several shapes as ONNX files, with rows and forest_predict's answers.
 *
 * `onnx_forest FOLDER` writes for each shape FOLDER/<shape>.onnx and <shape>.txt: a line that describes the
 * features (kind and name), a line of class names, then a line a row: what a caller would send for each
 * feature, and the probabilities.  Fields are separated by tabs; numbers are in hexadecimal so that no digit
 * is lost; a category that is missing is an empty field.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libforest/forest.h"

enum { MAX_FEATURES = 16, MAX_CLASSES = 8, TRAIN_ROWS = 4000, TEST_ROWS = 5000, MAX_LEVELS = 300, NAME_SIZE = 32 };

/* A forest to be made: levels[j] is 0 for a numeric feature. */
struct shape {
    const char *name;
    size_t features, classes;
    size_t levels[MAX_FEATURES];
    double missing; /* share of the values */
    bool calibrate;
};

static const struct shape shapes[] = {
    {"two-categories", 2, 4, {10, 6}, 0.02, false},
    {"odd-level-counts", 3, 2, {1, 2, 40}, 0, false},
    {"calibrated-table", 2, 4, {10, 6}, 0, true},
    {"mixed", 7, 5, {5, 0, 30, 0, 200, 0, 0}, 0.1, false},
    {"mixed-calibrated", 4, 3, {12, 0, 0, 13}, 0.05, true},
    {"mixed-two-classes", 4, 2, {6, 0, 0, 20}, 0.05, false},
    {"numbers", 8, 8, {0}, 0, false},
    {"numbers-missing", 3, 2, {0}, 0.2, false},
};

/* The first is neither like a number nor plain ASCII, as people write. */
static const char *level_name(size_t level) {
    static char text[MAX_LEVELS][NAME_SIZE];
    if (level == 0)
        return "Caf\xc3\xa9 \"& more\"";
    snprintf(text[level], NAME_SIZE, "%zu-%zu", level, level * 10);
    return text[level];
}

static void fail(const char *what, const struct forest_error *err) {
    fprintf(stderr, "onnx_forest: %s: %s\n", what, err ? err->text : "failed");
    exit(EXIT_FAILURE);
}

/* ---- rows -------------------------------------------------------------------------------------- */

static uint64_t random_state = 7;

static double uniform(void) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (double)(random_state >> 11) * 0x1p-53;
}

/* A value for training; for testing also unseen categories and infinities. */
static float value(const struct shape *shape, size_t j, bool testing) {
    if (uniform() < shape->missing)
        return NAN;
    if (shape->levels[j])
        return testing && uniform() < 0.05 ? FOREST_UNSEEN : (float)floor(uniform() * (double)shape->levels[j]);
    if (testing && uniform() < 0.02)
        return uniform() < 0.5 ? INFINITY : -INFINITY;
    return (float)(uniform() + uniform() + uniform() - 1.5);
}

/* Noisy, of all features together, so that trees are deep. */
static uint16_t label_of(const struct shape *shape, const float *row) {
    double sum = 0.7 * uniform();
    for (size_t j = 0; j < shape->features; j++)
        if (!isnan(row[j]))
            sum += shape->levels[j] ? fmod(row[j] * 0.37, 1.0) : fabs((double)row[j]);
    return (uint16_t)fmod(sum * 1.7, (double)shape->classes);
}

static void make_rows(const struct shape *shape, bool testing, size_t n, float *rows, uint16_t *labels) {
    for (size_t i = 0; i < n; i++) {
        float *row = rows + i * shape->features;
        for (size_t j = 0; j < shape->features; j++)
            row[j] = value(shape, j, testing);
        labels[i] = label_of(shape, row);
    }
}

/* ---- forest ------------------------------------------------------------------------------------ */

static struct forest *train(const struct shape *shape) {
    static float rows[TRAIN_ROWS * MAX_FEATURES];
    static uint16_t labels[TRAIN_ROWS];
    static const char *feature_name[MAX_FEATURES] = {"f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7"};
    const char *level[MAX_LEVELS];
    struct forest_feature feature[MAX_FEATURES];
    struct forest_dataset *ds = NULL;
    struct forest *f = NULL;
    struct forest_error err;

    for (size_t i = 0; i < MAX_LEVELS; i++)
        level[i] = level_name(i);
    for (size_t j = 0; j < shape->features; j++)
        feature[j] = (struct forest_feature){feature_name[j], shape->levels[j] ? FOREST_CATEGORICAL : FOREST_NUMERIC,
                                             shape->levels[j], shape->levels[j] ? level : NULL};
    struct forest_schema schema = {shape->features, feature, shape->classes, level};
    struct forest_params params;
    forest_params_init(&params);
    params.trees = 50;
    params.calibrate = shape->calibrate;
    params.tune = false;
    make_rows(shape, false, TRAIN_ROWS, rows, labels);
    if (forest_dataset_new(&ds, &schema, &err) != FOREST_OK ||
        forest_dataset_add(ds, rows, labels, NULL, TRAIN_ROWS, &err) != FOREST_OK ||
        forest_train(&f, ds, &params, &err) != FOREST_OK)
        fail(shape->name, &err);
    forest_dataset_free(ds);
    return f;
}

/* ---- files ------------------------------------------------------------------------------------- */

static FILE *create(const char *folder, const char *name, const char *suffix) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.%s", folder, name, suffix);
    FILE *f = fopen(path, "wb");
    if (!f)
        fail(path, NULL);
    return f;
}

static bool write_to_file(void *user, const char *text, size_t size) {
    return fwrite(text, 1, size, user) == size;
}

static void put_value(FILE *out, const struct forest_feature *feature, float v) {
    if (feature->kind == FOREST_NUMERIC)
        fprintf(out, "%a", (double)v);
    else if (v == FOREST_UNSEEN)
        fputs("nobody has seen this", out);
    else if (!isnan(v))
        fputs(feature->level[(size_t)v], out);
}

static void put_rows(FILE *out, const struct forest *f, const float *rows, size_t n) {
    const struct forest_schema *schema = forest_schema_of(f);
    for (size_t j = 0; j < schema->features; j++)
        fprintf(out, "%s%s %s", j ? "\t" : "", schema->feature[j].kind == FOREST_NUMERIC ? "number" : "category",
                schema->feature[j].name);
    for (size_t k = 0; k < schema->classes; k++)
        fprintf(out, "%c%s", k ? '\t' : '\n', schema->class_name[k]);
    for (size_t i = 0; i < n; i++) {
        float prob[FOREST_MAX_CLASSES];
        forest_predict(f, rows + i * schema->features, prob);
        fputc('\n', out);
        for (size_t j = 0; j < schema->features; j++) {
            put_value(out, &schema->feature[j], rows[i * schema->features + j]);
            fputc('\t', out);
        }
        for (size_t k = 0; k < schema->classes; k++)
            fprintf(out, "%s%a", k ? "\t" : "", (double)prob[k]);
    }
}

static void export(const struct shape *shape, const char *folder) {
    static float rows[TEST_ROWS * MAX_FEATURES];
    static uint16_t labels[TEST_ROWS];
    struct forest_error err;
    struct forest *f = train(shape);
    make_rows(shape, true, TEST_ROWS, rows, labels);

    FILE *model = create(folder, shape->name, "onnx");
    if (forest_export_onnx(f, write_to_file, model, &err) != FOREST_OK)
        fail(shape->name, &err);
    FILE *answers = create(folder, shape->name, "txt");
    put_rows(answers, f, rows, TEST_ROWS);
    if (fclose(model) != 0 || fclose(answers) != 0)
        fail(folder, NULL);
    forest_free(f);
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 64;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        export(&shapes[i], argv[1]);
    return EXIT_SUCCESS;
}
