/*
 * batch.c - the answers to many rows: a block of them after the other, and each block through one tree after the other.
 *
 * Nothing is allocated; a block lies on the stack.
 */
#include "libforest/handle.h"

#include "libforest/bins.h"
#include "libforest/schema.h"
#include "libforest/walk.h"

#include <string.h>

/* The longer a block, the more rows share the cost of fetching a tree into the cache; but that must hold both. */
enum { BLOCK_BYTES = 640 << 10 };

/* A block of rows as codes, and what trees say of them. */
struct block {
    struct lf_codes codes;
    uint32_t rows;
    uint32_t *sum; /* [rows][classes] */
};

/* Whether all codes that nodes ask about fit a byte. */
static bool is_narrow(const struct forest *f) {
    for (uint32_t i = 0; i < f->inputs; i++)
        if ((f->input[i].levels ? f->input[i].levels + 2 : f->input[i].cuts + 2) > 256)
            return false;
    return true;
}

/* The memory goes to sums first, so that both lie aligned. */
static struct block block_make(const struct forest *f, uint32_t *memory) {
    bool narrow = is_narrow(f);
    size_t width = 1 + (size_t)f->features, code = narrow ? sizeof(uint8_t) : sizeof(uint16_t);
    size_t rows = BLOCK_BYTES / (width * code + f->classes * sizeof(uint32_t));
    return (struct block){{memory + rows * f->classes, width, narrow, false}, (uint32_t)rows, memory};
}

static void put_code(struct block *block, size_t at, uint32_t code) {
    if (block->codes.narrow)
        ((uint8_t *)(uintptr_t)block->codes.code)[at] = (uint8_t)code;
    else
        ((uint16_t *)(uintptr_t)block->codes.code)[at] = (uint16_t)code;
}

/* Codes of LF_BIN_LANES rows or fewer; value is the first row's. */
static inline void encode_feature(const struct forest *f, const struct lf_input *in, const float *value, uint32_t rows,
                                  uint32_t *code) {
    float x[LF_BIN_LANES];
    for (uint32_t r = 0; r < rows; r++)
        x[r] = value[(size_t)r * f->features];
    if (in->levels > 0)
        for (uint32_t r = 0; r < rows; r++)
            code[r] = lf_level_code(x[r], in->levels);
    else if (rows == LF_BIN_LANES)
        lf_bin_codes(in->cut, in->cuts, x, code);
    else
        for (uint32_t r = 0; r < rows; r++)
            code[r] = lf_bin_code(in->cut, in->cuts, x[r]);
}

static void encode_block(const struct forest *f, const float *row, uint32_t rows, struct block *block) {
    uint32_t code[LF_BIN_LANES];
    block->codes.zeros = false;
    for (uint32_t r = 0; r < rows; r++)
        put_code(block, r * block->codes.width, 0);
    for (uint32_t r = 0; r < rows; r += LF_BIN_LANES)
        for (uint32_t i = 0; i < f->inputs; i++) {
            const struct lf_input *in = &f->input[i];
            uint32_t some = rows - r < LF_BIN_LANES ? rows - r : LF_BIN_LANES;
            encode_feature(f, in, row + (size_t)r * f->features + in->feature, some, code);
            for (uint32_t lane = 0; lane < some; lane++) {
                put_code(block, (r + lane) * block->codes.width + 1 + in->feature, code[lane]);
                block->codes.zeros |= code[lane] == 0;
            }
        }
}

static void sum_block(const struct forest *f, const struct block *block, uint32_t rows) {
    uint32_t share[LF_WALKERS];
    memset(block->sum, 0, (size_t)rows * f->classes * sizeof *block->sum);
    for (uint32_t tree = 0; tree < f->trees; tree++) {
        struct lf_walk walk = lf_forest_walk(f, tree);
        lf_walk_fetch(&walk, rows);
        for (uint32_t done = 0; done < rows; done += LF_WALKERS) {
            uint32_t some = rows - done < LF_WALKERS ? rows - done : LF_WALKERS;
            struct lf_codes codes = block->codes;
            codes.code = (const uint8_t *)codes.code + done * codes.width * (codes.narrow ? 1 : 2);
            lf_walk_rows(&walk, &codes, NULL, some, share);
            for (uint32_t i = 0; i < some; i++)
                lf_add_shares(block->sum + (size_t)(done + i) * f->classes, walk.share + (size_t)share[i] * f->classes,
                              f->classes);
        }
    }
}

/* What becomes of a row's sums: probabilities, or the class where prob is NULL. */
struct output {
    float *prob;
    uint16_t *label;
};

static void put(const struct forest *f, const uint32_t *sum, const struct output *out, size_t row) {
    if (out->prob != NULL)
        lf_forest_probabilities(f, sum, out->prob + row * f->classes);
    else
        out->label[row] = lf_forest_class(f, sum);
}

static void batch_by_trees(const struct forest *f, const float *rows, size_t n, const struct output *out) {
    uint32_t memory[BLOCK_BYTES / sizeof(uint32_t)];
    struct block block = block_make(f, memory);
    for (size_t done = 0; done < n; done += block.rows) {
        uint32_t some = n - done < block.rows ? (uint32_t)(n - done) : block.rows;
        encode_block(f, rows + done * f->features, some, &block);
        sum_block(f, &block, some);
        for (uint32_t i = 0; i < some; i++)
            put(f, block.sum + (size_t)i * f->classes, out, done + i);
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
