/* support.h - what tests of libforest share: small schemas, made-up rows, training in a line. */
#ifndef SUPPORT_H
#define SUPPORT_H

#include "libforest/base/keyed_rng.h"
#include "libforest/forest.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct forest_error error; /* what the last call that failed said */

/* Fails with the error's text. */
#define assert_ok(call)                                                                                                \
    do {                                                                                                               \
        if ((call) != FOREST_OK)                                                                                       \
            fail_msg("%s: %s", #call, error.text);                                                                     \
    } while (0)

#define assert_near(a, b, within)                                                                                      \
    do {                                                                                                               \
        double a_ = (a), b_ = (b);                                                                                     \
        if (!(fabs(a_ - b_) <= (within)))                                                                              \
            fail_msg("%s is %.10g, not %.10g within %g", #a, a_, b_, (double)(within));                                \
    } while (0)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const colours[] = {"red", "green", "blue", "amber"};
static const char *const sizes[] = {"small", "medium", "large"};
static const char *const answers[] = {"no", "maybe", "yes"};
static const char *const letters[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m",
                                      "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z"};

/* Two categories. */
static const struct forest_feature category_features[] = {{"colour", FOREST_CATEGORICAL, 4, colours},
                                                          {"size", FOREST_CATEGORICAL, 3, sizes}};
static const struct forest_schema two_categories = {2, category_features, 3, answers};

/* Numbers and categories. */
static const struct forest_feature mixed_features[] = {{"age", FOREST_NUMERIC, 0, NULL},
                                                       {"colour", FOREST_CATEGORICAL, 4, colours},
                                                       {"points", FOREST_NUMERIC, 0, NULL},
                                                       {"letter", FOREST_CATEGORICAL, 26, letters}};
static const struct forest_schema mixed = {4, mixed_features, 3, answers};

/* Numbers alone. */
static const struct forest_feature numeric_features[] = {
    {"x", FOREST_NUMERIC, 0, NULL}, {"y", FOREST_NUMERIC, 0, NULL}, {"z", FOREST_NUMERIC, 0, NULL}};
static const struct forest_schema three_numbers = {3, numeric_features, 3, answers};

struct rows {
    const struct forest_schema *schema;
    size_t n;
    float *x;        /* [n][features] */
    uint16_t *label; /* [n] */
};

static inline const float *row_of(const struct rows *rows, size_t i) {
    return rows->x + i * rows->schema->features;
}

static inline void rows_free(struct rows *rows) {
    free(rows->x);
    free(rows->label);
}

/* Any level, and now and then missing or unseen; numbers on a grid of 0.25 or fine, now and then missing or
 * infinite. */
static inline float any_value(const struct forest_feature *feature, bool odd_ones, struct lf_rng *rng) {
    uint64_t odd = odd_ones ? lf_rng_below(rng, 40) : 40;
    if (odd == 0)
        return NAN;
    if (feature->kind == FOREST_CATEGORICAL)
        return odd == 1 ? FOREST_UNSEEN : (float)lf_rng_below(rng, feature->levels);
    if (odd == 1)
        return lf_rng_below(rng, 2) ? INFINITY : -INFINITY;
    return feature->name[0] == 'p' ? (float)lf_rng_below(rng, 80) / 4 : (float)(lf_rng_uniform(rng) * 10 - 5);
}

/* Labels lean on all features, not purely. */
static inline uint16_t any_label(const struct forest_schema *schema, const float *x, struct lf_rng *rng) {
    double score = 2.5 * lf_rng_uniform(rng);
    for (size_t f = 0; f < schema->features; f++)
        score += isnan(x[f]) ? 0.7 : isinf(x[f]) ? 0.2 : (double)((int)(x[f] * 3 + 50) % 5) / (double)(f + 2);
    return (uint16_t)((size_t)(score * 0.8) % schema->classes);
}

static inline struct rows make_rows(const struct forest_schema *schema, size_t n, bool odd_ones, uint64_t seed) {
    struct rows rows = {schema, n, calloc(n * schema->features, sizeof(float)), calloc(n, sizeof(uint16_t))};
    struct lf_rng rng = lf_rng_start(lf_mix(seed + 1));
    for (size_t i = 0; i < n; i++) {
        float *x = rows.x + i * schema->features;
        for (size_t f = 0; f < schema->features; f++)
            x[f] = any_value(&schema->feature[f], odd_ones, &rng);
        rows.label[i] = any_label(schema, x, &rng);
    }
    return rows;
}

static inline struct forest_dataset *dataset_of(const struct rows *rows) {
    struct forest_dataset *ds = NULL;
    assert_ok(forest_dataset_new(&ds, rows->schema, &error));
    assert_ok(forest_dataset_add(ds, rows->x, rows->label, NULL, rows->n, &error));
    return ds;
}

static inline struct forest *forest_of(const struct forest_dataset *ds, const struct forest_params *params) {
    struct forest *f = NULL;
    assert_ok(forest_train(&f, ds, params, &error));
    return f;
}

/* With the settings given, and what they say themselves, without a temperature. */
static inline struct forest_params few_trees(uint32_t trees) {
    struct forest_params params;
    forest_params_init(&params);
    params.trees = trees;
    params.tune = params.calibrate = false;
    return params;
}

static inline struct forest *train_rows(const struct rows *rows, const struct forest_params *params) {
    struct forest_dataset *ds = dataset_of(rows);
    struct forest *f = forest_of(ds, params);
    forest_dataset_free(ds);
    return f;
}

static inline struct forest_info info_of(const struct forest *f) {
    struct forest_info info;
    forest_describe(f, &info);
    return info;
}

/* The same bytes. */
static inline void assert_same_image(const struct forest *a, const struct forest *b) {
    size_t size_a, size_b;
    const void *image_a = forest_image(a, &size_a), *image_b = forest_image(b, &size_b);
    assert_int_equal(size_a, size_b);
    assert_memory_equal(image_a, image_b, size_a);
}

#endif
