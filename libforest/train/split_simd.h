/*
 * split_simd.h - what split_small.c and split_simd.c share: rows of up to four classes in one word, several cuts at
 * once.
 *
 * A class has a field of bits in the word, so that one addition counts rows of any class.  Cuts are scored in floats,
 * LF_CUT_LANES at once, by those vectors that gcc and clang give C.  Floats are not exact, but close enough to find
 * the cuts that may be the best; these are scored again as all others are (splitter_impl.h), so that the outcome is the
 * same.
 */
#ifndef LF_SPLIT_SIMD_H
#define LF_SPLIT_SIMD_H

#include "libforest/train/splitter_impl.h"

enum { LF_SIMD_CLASSES = 4, LF_SMALL = 32, LF_CUT_LANES = 4, LF_BYTE_CODES = 256 };

typedef float lf_floats __attribute__((vector_size(LF_CUT_LANES * sizeof(float))));
typedef int32_t lf_ints __attribute__((vector_size(LF_CUT_LANES * sizeof(int32_t))));
typedef uint32_t lf_words __attribute__((vector_size(LF_CUT_LANES * sizeof(uint32_t))));

/* Errors of a float's score add up to less than this share of it. */
#define LF_SCORE_TOLERANCE 0x1p-18f

struct lf_simd {
    float rows, min_leaf, total[LF_SIMD_CLASSES]; /* of the node */

    /* split_small.c; cuts come after the code of each item */
    lf_words unit[LF_SMALL];                /* [n], rows of an item, in all lanes */
    int32_t code[LF_SMALL];                 /* [n] */
    lf_words left[LF_SMALL / LF_CUT_LANES]; /* [n], rows to the left of each cut */

    /* split_simd.c; cuts come after each code that is here, of which there are `codes` */
    uint64_t count[LF_BYTE_CODES];               /* by code, rows; all 0 between features */
    uint8_t here[LF_BYTE_CODES];                 /* by code, 1 where rows have it; all 0 between features */
    uint8_t cut[LF_BYTE_CODES];                  /* [codes], the code */
    uint32_t low[LF_BYTE_CODES + LF_CUT_LANES];  /* [codes], rows to the left: of classes 0 and 1, */
    uint32_t high[LF_BYTE_CODES + LF_CUT_LANES]; /* and of classes 2 and 3 */
    uint32_t codes;

    float score[LF_BYTE_CODES + LF_CUT_LANES]; /* of each cut */
};

static inline void lf_simd_begin(struct lf_splitter *s) {
    s->simd->rows = (float)s->rows;
    s->simd->min_leaf = (float)s->min_leaf;
    for (uint32_t k = 0; k < LF_SIMD_CLASSES; k++)
        s->simd->total[k] = (float)s->total[k];
}

/* Words from any place. */
static inline lf_words lf_load_words(const uint32_t *from) {
    lf_words loaded;
    memcpy(&loaded, from, sizeof loaded);
    return loaded;
}

/* Fields as numbers; they are below 65536, and signed ones become floats in one step. */
static inline lf_floats lf_to_floats(lf_words fields) {
    return __builtin_convertvector((lf_ints)fields, lf_floats);
}

/* A mask is -1 or 0 a lane, as comparisons give it. */
static inline lf_floats lf_where(lf_ints mask, lf_floats yes, lf_floats no) {
    return (lf_floats)((mask & (lf_ints)yes) | (~mask & (lf_ints)no));
}

static inline lf_floats lf_larger(lf_floats x, lf_floats y) {
    return lf_where(x > y, x, y);
}

static inline float lf_largest(lf_floats x) {
    float largest = x[0];
    for (uint32_t lane = 1; lane < LF_CUT_LANES; lane++)
        largest = x[lane] > largest ? x[lane] : largest;
    return largest;
}

/* Scores from the rows of each class on the left, 0 where a leaf would be too small. */
static inline lf_floats lf_score_cuts(const struct lf_simd *p, lf_floats a, lf_floats b, lf_floats c, lf_floats d) {
    lf_floats left = (a + b) + (c + d), right = p->rows - left;
    lf_floats squares_left = (a * a + b * b) + (c * c + d * d);
    a = p->total[0] - a;
    b = p->total[1] - b;
    c = p->total[2] - c;
    d = p->total[3] - d;
    lf_floats squares_right = (a * a + b * b) + (c * c + d * d);
    lf_floats score = (squares_left * right + squares_right * left) / (left * right), none = {0};
    return lf_where((left >= p->min_leaf) & (right >= p->min_leaf), score, none);
}

/* Put rows of a class on their sides. */
static inline void lf_partition_class(struct partition *now, double left, double total) {
    double right = total - left;
    now->left += left;
    now->right += right;
    now->squares_left += left * left;
    now->squares_right += right * right;
}

/* Whether a cut whose score was found to be this may be better than the best so far. */
static inline bool lf_may_pass(const struct lf_splitter *s, float score) {
    return score > 0 && score * (1 + LF_SCORE_TOLERANCE) >= s->best.score;
}

#endif
