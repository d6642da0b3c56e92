/*
 * predict.c - predicts one row: from the table where there is one, else by walking all trees at once.
 *
 * Nothing is allocated.
 */
#include "libforest/format/forest_impl.h"

#include "libforest/base/calibrate.h"
#include "libforest/data/bins.h"
#include "libforest/data/forest_schema.h"
#include "libforest/tree/walk.h"

#include <stdlib.h>
#include <string.h>

enum { TREES = 128 }; /* that are walked at once */

void lf_forest_encode(const struct forest *f, const float *row, uint16_t *code) {
    code[0] = 0;
    for (uint32_t i = 0; i < f->inputs; i++) {
        const struct lf_input *in = &f->input[i];
        float value = row[in->feature];
        code[1 + in->feature] =
            (uint16_t)(in->levels > 0 ? lf_level_code(value, in->levels) : lf_bin_code(in->cut, in->cuts, value));
    }
}

/* Where a row's answers begin in the table. */
static size_t table_index(const struct forest *f, const float *row) {
    size_t index = 0;
    for (uint32_t i = 0; i < f->features; i++)
        index = index * (f->kind[i].levels + 2) + lf_level_code(row[i], f->kind[i].levels);
    return index * f->classes;
}

const uint32_t *lf_forest_table(const struct forest *f, const float *row) {
    return f->table + table_index(f, row);
}

/* ---- one row --------------------------------------------------------------------------------- */

void lf_forest_sums(const struct forest *f, const uint16_t *code, uint32_t *sum) {
    struct lf_walk walk[TREES];
    uint32_t share[TREES];
    memset(sum, 0, f->classes * sizeof *sum);
    for (uint32_t first = 0; first < f->trees; first += TREES) {
        uint32_t n = f->trees - first < TREES ? f->trees - first : TREES;
        for (uint32_t i = 0; i < n; i++)
            walk[i] = lf_forest_walk(f, first + i);
        lf_walk_trees(walk, n, code, share);
        for (uint32_t i = 0; i < n; i++) /* each tree has its own, which are hardly in the cache */
            __builtin_prefetch(walk[i].share + (size_t)share[i] * f->classes);
        for (uint32_t i = 0; i < n; i++)
            lf_add_shares(sum, walk[i].share + (size_t)share[i] * f->classes, f->classes);
    }
}

static const uint32_t *class_sums(const struct forest *f, const float *row, uint32_t *sum) {
    if (f->table != NULL)
        return lf_forest_table(f, row);
    uint16_t code[1 + FOREST_MAX_FEATURES];
    lf_forest_encode(f, row, code);
    lf_forest_sums(f, code, sum);
    return sum;
}

void lf_forest_probabilities(const struct forest *f, const uint32_t *sum, float *prob) {
    if (f->info->temperature == 1) {
        for (uint32_t k = 0; k < f->classes; k++)
            prob[k] = (float)(sum[k] / f->share_scale);
        return;
    }
    double wide[FOREST_MAX_CLASSES];
    for (uint32_t k = 0; k < f->classes; k++)
        wide[k] = sum[k] / f->share_scale;
    lf_calibrate(wide, f->classes, f->info->temperature);
    for (uint32_t k = 0; k < f->classes; k++)
        prob[k] = (float)wide[k];
}

uint16_t lf_forest_class(const struct forest *f, const uint32_t *sum) {
    uint32_t top = 0;
    for (uint32_t k = 1; k < f->classes; k++)
        top = sum[k] > sum[top] ? k : top;
    return (uint16_t)top;
}

bool lf_forest_tabulate(struct forest *f) {
    f->tabled = reallocarray(NULL, f->combinations, f->classes * sizeof *f->tabled);
    for (size_t i = 0; f->tabled != NULL && i < f->combinations * f->classes; i += f->classes)
        lf_forest_probabilities(f, f->table + i, f->tabled + i);
    return f->tabled != NULL;
}

/* A loop, since a copy of so few bytes whose number is not known is slower by a call. */
static void predict_by_table(const struct forest *f, const float *row, float *prob) {
    const float *tabled = f->tabled + table_index(f, row);
    for (uint32_t k = 0; k < f->classes; k++)
        prob[k] = tabled[k];
}

void forest_predict(const struct forest *f, const float *row, float *prob) {
    uint32_t sum[FOREST_MAX_CLASSES];
    if (f->table != NULL)
        predict_by_table(f, row, prob);
    else
        lf_forest_probabilities(f, class_sums(f, row, sum), prob);
}

uint16_t forest_classify(const struct forest *f, const float *row) {
    uint32_t sum[FOREST_MAX_CLASSES];
    return lf_forest_class(f, class_sums(f, row, sum));
}
