/*
 * batch.c - predicts many rows, block by block, and each block tree by tree.
 *
 * Nothing is allocated, and a thread's stack may be small.  But the longer a block, the more rows share the cost of
 * fetching a tree: so the sums of a block are stored where its probabilities will be, and its codes where those of
 * later rows will be.  The last rows, and rows of which only the class is wanted, use smaller blocks on the stack.
 */
#include "libforest/format/forest_impl.h"

#include "libforest/data/bins.h"
#include "libforest/data/forest_schema.h"
#include "libforest/tree/walk.h"

#include <string.h>

enum {
    BLOCK_BYTES = 640 << 10, /* fits into the cache together with two trees */
    STACK_BYTES = 64 << 10,
    FEW_ROWS = 2 * LF_LANES /* are faster one by one, each through many trees at once */
};

/* Where the results go: probabilities, or classes where prob is NULL. */
struct output {
    float *prob;
    uint16_t *label;
};

/* A block of rows as codes, and the sums of the trees' shares. */
struct block {
    struct lf_codes codes;
    uint32_t rows;
    lf_sum *sum; /* [rows][classes] */
};

/* Whether all codes that nodes test fit into a byte. */
static bool is_narrow(const struct forest *f) {
    for (uint32_t i = 0; i < f->inputs; i++)
        if ((f->input[i].levels ? f->input[i].levels + 2 : f->input[i].cuts + 2) > 256)
            return false;
    return true;
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

/* A block of the first of n rows, which prob or else the stack has place for. */
static struct block block_make(const struct forest *f, float *prob, size_t n, uint32_t *stack) {
    bool narrow = is_narrow(f);
    size_t width = 1 + (size_t)f->features, code = width * (narrow ? sizeof(uint8_t) : sizeof(lf_code));
    size_t sums = f->classes * sizeof(lf_sum), on_stack = STACK_BYTES / (code + (prob != NULL ? 0 : sums));
    size_t in_prob = prob != NULL ? smaller(n * sums, BLOCK_BYTES) / (code + sums) : 0;
    bool lent = in_prob > on_stack;
    size_t rows = smaller(n, lent ? in_prob : on_stack);
    lf_sum *sum = prob != NULL ? (lf_sum *)prob : stack;
    return (struct block){
        {lent || prob == NULL ? sum + rows * f->classes : stack, width, narrow, false}, (uint32_t)rows, sum};
}

static void put_code(struct block *block, size_t at, uint32_t code) {
    if (block->codes.narrow)
        ((uint8_t *)(uintptr_t)block->codes.code)[at] = (uint8_t)code;
    else
        ((lf_code *)(uintptr_t)block->codes.code)[at] = (lf_code)code;
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

static void encode_block(const struct forest *f, const float *row, struct block *block) {
    uint32_t code[LF_BIN_LANES], rows = block->rows;
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

/* While rows go through a tree the next one is fetched, a little with every step. */
static void sum_block(const struct forest *f, const struct block *block) {
    uint32_t share[LF_WALKERS], rows = block->rows;
    struct lf_walk next = lf_forest_walk(f, 0);
    struct lf_fetch fetch = lf_fetch_make(&next, rows);
    lf_fetch_rest(&fetch);
    memset(block->sum, 0, (size_t)rows * f->classes * sizeof *block->sum);
    for (uint32_t tree = 0; tree < f->trees; tree++) {
        struct lf_walk walk = next;
        if (tree + 1 < f->trees) {
            next = lf_forest_walk(f, tree + 1);
            fetch = lf_fetch_make(&next, rows);
        }
        for (uint32_t done = 0; done < rows; done += LF_WALKERS) {
            uint32_t some = rows - done < LF_WALKERS ? rows - done : LF_WALKERS;
            struct lf_codes codes = block->codes;
            codes.code = (const uint8_t *)codes.code + done * codes.width * (codes.narrow ? 1 : 2);
            lf_walk_rows(&walk, &codes, NULL, some, share, &fetch);
            for (uint32_t i = 0; i < some; i++)
                lf_add_shares(block->sum + (size_t)(done + i) * f->classes, walk.share + (size_t)share[i] * f->classes,
                              f->classes);
        }
        lf_fetch_rest(&fetch);
    }
}

/* Sums are copied, since their probabilities may take their place. */
static void put(const struct forest *f, const lf_sum *from, const struct output *out, size_t row) {
    uint32_t sum[FOREST_MAX_CLASSES];
    memcpy(sum, from, f->classes * sizeof *sum);
    if (out->prob != NULL)
        lf_forest_probabilities(f, sum, out->prob + row * f->classes);
    else
        out->label[row] = lf_forest_class(f, sum);
}

static void predict_one(const struct forest *f, const float *row, const struct output *out, size_t at) {
    if (out->prob != NULL)
        forest_predict(f, row, out->prob + at * f->classes);
    else
        out->label[at] = forest_classify(f, row);
}

static size_t predict_block(const struct forest *f, const float *rows, size_t n, const struct output *out, size_t at) {
    uint32_t stack[STACK_BYTES / sizeof(uint32_t)];
    struct block block = block_make(f, out->prob != NULL ? out->prob + at * f->classes : NULL, n - at, stack);
    if (block.rows < FEW_ROWS) {
        predict_one(f, rows + at * f->features, out, at);
        return 1;
    }
    encode_block(f, rows + at * f->features, &block);
    sum_block(f, &block);
    for (uint32_t i = 0; i < block.rows; i++)
        put(f, block.sum + (size_t)i * f->classes, out, at + i);
    return block.rows;
}

static void predict_rows(const struct forest *f, const float *rows, size_t n, const struct output *out) {
    size_t done = 0;
    while (f->table == NULL && done < n)
        done += predict_block(f, rows, n, out, done);
    for (; done < n; done++)
        predict_one(f, rows + done * f->features, out, done);
}

void forest_predict_batch(const struct forest *f, const float *rows, size_t n, float *prob) {
    predict_rows(f, rows, n, &(struct output){.prob = prob});
}

void forest_classify_batch(const struct forest *f, const float *rows, size_t n, uint16_t *label) {
    predict_rows(f, rows, n, &(struct output){.label = label});
}
