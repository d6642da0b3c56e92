/*
 * predict.c - answers: from the table where there is one, else by walking all trees.
 *
 * One row walks LF_LANES trees at once, a batch LF_LANES rows at once through one tree after another, so
 * that loads overlap.  Nothing is allocated; a batch uses under 100 KiB of stack.
 */
#include "libforest/handle.h"

#include "libforest/bins.h"
#include "libforest/calibrate.h"
#include "libforest/schema.h"

#include <string.h>

/* Limits of a block of rows that goes through all trees together. */
enum { BLOCK_ROWS = 256, BLOCK_CODES = 32768, BLOCK_SUMS = 4096 };

void lf_forest_encode(const struct forest *f, const float *row, uint16_t *code) {
    code[0] = 0; /* leaves ask for it, and ignore it */
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

const uint32_t *lf_forest_table(const struct forest *f, const float *row) {
    size_t index = 0;
    for (uint32_t i = 0; i < f->features; i++)
        index = index * (f->kind[i].levels + 2) + lf_level_code(row[i], f->kind[i].levels);
    return f->table + index * f->classes;
}

/* ---- one row --------------------------------------------------------------------------------- */

static void walk_trees(const struct forest *f, uint32_t first, uint32_t n, const uint16_t *code, uint32_t *sum) {
    struct lf_walk walk[LF_LANES];
    uint32_t at[LF_LANES] = {0};
    for (uint32_t lane = 0; lane < n; lane++)
        walk[lane] = lf_forest_walk(f, first + lane);
    for (uint32_t moved = 1; moved != 0;) {
        moved = 0;
        for (uint32_t lane = 0; lane < n; lane++) {
            uint32_t next = lf_step(&walk[lane], at[lane], code);
            moved |= next ^ at[lane];
            at[lane] = next;
        }
    }
    for (uint32_t lane = 0; lane < n; lane++)
        add_shares(f, walk[lane].node[at[lane]].next, sum);
}

void lf_forest_sums(const struct forest *f, const uint16_t *code, uint32_t *sum) {
    memset(sum, 0, f->classes * sizeof *sum);
    for (uint32_t tree = 0; tree < f->trees; tree += LF_LANES)
        walk_trees(f, tree, f->trees - tree < LF_LANES ? f->trees - tree : LF_LANES, code, sum);
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
    uint16_t top = 0;
    for (uint16_t k = 1; k < classes; k++)
        top = sum[k] > sum[top] ? k : top;
    return top;
}

void forest_predict(const struct forest *f, const float *row, float *prob) {
    uint32_t sum[FOREST_MAX_CLASSES];
    to_probabilities(f, answer(f, row, sum), prob);
}

uint16_t forest_classify(const struct forest *f, const float *row) {
    uint32_t sum[FOREST_MAX_CLASSES];
    return largest(answer(f, row, sum), f->classes);
}

/* ---- many rows ------------------------------------------------------------------------------- */

/* LF_LANES rows through a tree.  Whether all have arrived is asked every fourth level. */
static inline void walk_rows(const struct lf_walk *walk, const uint16_t *code, size_t features, bool level_sets,
                             uint32_t *at) {
    memset(at, 0, LF_LANES * sizeof *at);
    for (uint32_t moved = 1; moved != 0;) {
        for (int level = 0; level < 4; level++) {
            moved = 0;
            for (uint32_t lane = 0; lane < LF_LANES; lane++) {
                const uint16_t *x = code + lane * features;
                uint32_t next = level_sets ? lf_step(walk, at[lane], x) : lf_step_numeric(walk, at[lane], x);
                moved |= next ^ at[lane];
                at[lane] = next;
            }
        }
    }
}

/* rows is a multiple of LF_LANES, of which the last may be empty ones. */
static void walk_block(const struct forest *f, const uint16_t *code, uint32_t rows, uint32_t *sum) {
    memset(sum, 0, (size_t)rows * f->classes * sizeof *sum);
    for (uint32_t tree = 0; tree < f->trees; tree++) {
        struct lf_walk walk = lf_forest_walk(f, tree);
        for (uint32_t row = 0; row < rows; row += LF_LANES) {
            uint32_t at[LF_LANES];
            const uint16_t *first = code + (size_t)row * f->features;
            if (f->level_sets)
                walk_rows(&walk, first, f->features, true, at);
            else
                walk_rows(&walk, first, f->features, false, at);
            for (uint32_t lane = 0; lane < LF_LANES; lane++)
                add_shares(f, walk.node[at[lane]].next, sum + (size_t)(row + lane) * f->classes);
        }
    }
}

/* How many rows a block may have; below LF_LANES rows go one by one. */
static uint32_t block_rows(const struct forest *f) {
    uint32_t rows = BLOCK_ROWS;
    while (rows * f->features > BLOCK_CODES || rows * f->classes > BLOCK_SUMS)
        rows /= 2;
    return rows;
}

/* What becomes of a row's sums: probabilities, or the class where label is set. */
struct output {
    float *prob;
    uint16_t *label;
};

static void put(const struct forest *f, const uint32_t *sum, const struct output *out, size_t row) {
    if (out->label != NULL)
        out->label[row] = largest(sum, f->classes);
    else
        to_probabilities(f, sum, out->prob + row * f->classes);
}

static void batch_by_trees(const struct forest *f, const float *rows, size_t n, const struct output *out) {
    uint16_t code[BLOCK_CODES];
    uint32_t sum[BLOCK_SUMS], block = block_rows(f);
    for (size_t done = 0; done < n; done += block) {
        uint32_t some = n - done < block ? (uint32_t)(n - done) : block;
        uint32_t whole = (some + LF_LANES - 1) / LF_LANES * LF_LANES;
        for (uint32_t i = 0; i < some; i++)
            lf_forest_encode(f, rows + (done + i) * f->features, code + (size_t)i * f->features);
        memset(code + (size_t)some * f->features, 0, (size_t)(whole - some) * f->features * sizeof *code);
        walk_block(f, code, whole, sum);
        for (uint32_t i = 0; i < some; i++)
            put(f, sum + (size_t)i * f->classes, out, done + i);
    }
}

static void batch(const struct forest *f, const float *rows, size_t n, const struct output *out) {
    if (f->table == NULL && block_rows(f) >= LF_LANES) {
        batch_by_trees(f, rows, n, out);
        return;
    }
    uint32_t sum[FOREST_MAX_CLASSES];
    for (size_t i = 0; i < n; i++)
        put(f, answer(f, rows + i * f->features, sum), out, i);
}

void forest_predict_batch(const struct forest *f, const float *rows, size_t n, float *prob) {
    batch(f, rows, n, &(struct output){.prob = prob});
}

void forest_classify_batch(const struct forest *f, const float *rows, size_t n, uint16_t *label) {
    batch(f, rows, n, &(struct output){.label = label});
}
