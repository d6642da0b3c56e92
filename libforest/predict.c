/*
 * predict.c - answers: from the table where there is one, else by walking all trees.
 *
 * One row goes through many trees at once, a batch with many rows at once through one tree after another.
 * Nothing is allocated; a batch uses 330 KiB of stack.
 */
#include "libforest/handle.h"

#include "libforest/bins.h"
#include "libforest/calibrate.h"
#include "libforest/schema.h"
#include "libforest/walk.h"

#include <stdlib.h>
#include <string.h>

/* Limits of a block of rows that goes through all trees together: the longer, the more rows share the
 * cost of fetching a tree into the cache. */
enum { TREES = 128, BLOCK_ROWS = 6144, BLOCK_CODES = 98304, BLOCK_SUMS = 24576 };

void lf_forest_encode(const struct forest *f, const float *row, uint16_t *code) {
    for (uint32_t i = 0; i < f->inputs; i++) {
        const struct lf_input *in = &f->input[i];
        float value = row[in->feature];
        code[in->feature] =
            (uint16_t)(in->levels > 0 ? lf_level_code(value, in->levels) : lf_bin_code(in->cut, in->cuts, value));
    }
}

static void add_shares(const struct forest *f, uint32_t share, uint32_t *sum) {
    const uint16_t *row = f->share + (size_t)share * f->classes;
    for (uint32_t k = 0; k < f->classes; k++)
        sum[k] += row[k];
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
        for (uint32_t i = 0; i < n; i++)
            add_shares(f, share[i], sum);
    }
}

static const uint32_t *answer(const struct forest *f, const float *row, uint32_t *sum) {
    if (f->table != NULL)
        return lf_forest_table(f, row);
    uint16_t code[FOREST_MAX_FEATURES];
    lf_forest_encode(f, row, code);
    lf_forest_sums(f, code, sum);
    return sum;
}

static void to_probabilities(const struct forest *f, const uint32_t *sum, float *prob) {
    if (f->info->temperature == 1) {
        for (uint32_t k = 0; k < f->classes; k++)
            prob[k] = (float)(sum[k] / f->whole);
        return;
    }
    double wide[FOREST_MAX_CLASSES];
    for (uint32_t k = 0; k < f->classes; k++)
        wide[k] = sum[k] / f->whole;
    lf_calibrate(wide, f->classes, f->info->temperature);
    for (uint32_t k = 0; k < f->classes; k++)
        prob[k] = (float)wide[k];
}

static uint16_t largest(const uint32_t *sum, uint32_t classes) {
    uint32_t top = 0;
    for (uint32_t k = 1; k < classes; k++)
        top = sum[k] > sum[top] ? k : top;
    return (uint16_t)top;
}

bool lf_forest_tabulate(struct forest *f) {
    f->tabled = reallocarray(NULL, f->combinations, f->classes * sizeof *f->tabled);
    for (size_t i = 0; f->tabled != NULL && i < f->combinations * f->classes; i += f->classes)
        to_probabilities(f, f->table + i, f->tabled + i);
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
        to_probabilities(f, answer(f, row, sum), prob);
}

uint16_t forest_classify(const struct forest *f, const float *row) {
    uint32_t sum[FOREST_MAX_CLASSES];
    return largest(answer(f, row, sum), f->classes);
}

/* ---- many rows ------------------------------------------------------------------------------- */

static void sum_block(const struct forest *f, const uint16_t *code, uint32_t rows, uint32_t *sum) {
    uint32_t share[BLOCK_ROWS];
    memset(sum, 0, (size_t)rows * f->classes * sizeof *sum);
    for (uint32_t tree = 0; tree < f->trees; tree++) {
        struct lf_walk walk = lf_forest_walk(f, tree);
        lf_walk_rows(&walk, code, f->features, NULL, rows, share);
        for (uint32_t i = 0; i < rows; i++)
            add_shares(f, share[i], sum + (size_t)i * f->classes);
    }
}

static uint32_t block_rows(const struct forest *f) {
    uint32_t by_codes = BLOCK_CODES / f->features, by_sums = BLOCK_SUMS / f->classes;
    uint32_t rows = by_codes < by_sums ? by_codes : by_sums;
    return rows < BLOCK_ROWS ? rows : BLOCK_ROWS;
}

/* What becomes of a row's sums: probabilities, or the class where prob is NULL. */
struct output {
    float *prob;
    uint16_t *label;
};

static void put(const struct forest *f, const uint32_t *sum, const struct output *out, size_t row) {
    if (out->prob != NULL)
        to_probabilities(f, sum, out->prob + row * f->classes);
    else
        out->label[row] = largest(sum, f->classes);
}

static void batch_by_trees(const struct forest *f, const float *rows, size_t n, const struct output *out) {
    uint16_t code[BLOCK_CODES];
    uint32_t sum[BLOCK_SUMS], block = block_rows(f);
    for (size_t done = 0; done < n; done += block) {
        uint32_t some = n - done < block ? (uint32_t)(n - done) : block;
        for (uint32_t i = 0; i < some; i++)
            lf_forest_encode(f, rows + (done + i) * f->features, code + (size_t)i * f->features);
        sum_block(f, code, some, sum);
        for (uint32_t i = 0; i < some; i++)
            put(f, sum + (size_t)i * f->classes, out, done + i);
    }
}

/* Whether rows are better asked one by one. */
static bool is_quick(const struct forest *f, size_t n) {
    return f->table != NULL || n < 2;
}

void forest_predict_batch(const struct forest *f, const float *rows, size_t n, float *prob) {
    if (!is_quick(f, n))
        batch_by_trees(f, rows, n, &(struct output){.prob = prob});
    for (size_t i = 0; is_quick(f, n) && i < n; i++)
        forest_predict(f, rows + i * f->features, prob + i * f->classes);
}

void forest_classify_batch(const struct forest *f, const float *rows, size_t n, uint16_t *label) {
    if (!is_quick(f, n))
        batch_by_trees(f, rows, n, &(struct output){.label = label});
    for (size_t i = 0; is_quick(f, n) && i < n; i++)
        label[i] = forest_classify(f, rows + i * f->features);
}
