/*
 * splitter_impl.h - what splitter.c, split_small.c and split_simd.c (numeric features) and split_levels.c (categorical
 * ones) share: the current node, its rows on both sides of a split, and the best split so far.
 */
#ifndef LF_SPLITTER_IMPL_H
#define LF_SPLITTER_IMPL_H

#include "libforest/train/splitter.h"
#include "libforest/tree/node.h"

#include <string.h>

enum { LF_CLASS_LANES = 4 }; /* classes that are worked on together */

/* Items with one code. */
struct lf_group {
    uint32_t code;
    double rows;
    const uint32_t *count; /* [classes] */
};

struct lf_ordered {
    double key;
    uint32_t rank, group;
};

struct lf_splitter {
    const struct lf_matrix *matrix;
    double min_leaf;
    uint32_t classes;
    size_t set_words;

    const struct lf_item *item; /* the node */
    uint32_t n;
    double rows, squares;
    double total[FOREST_MAX_CLASSES]; /* rows by class */
    double left[FOREST_MAX_CLASSES];  /* of which are on the left now */

    uint64_t *entry, *spare;  /* [cells], an item as code << 48 | label << 40 | weight */
    uint32_t *table;          /* [codes or groups][stride], counts by class */
    uint32_t stride;          /* classes, rounded up to a multiple of LF_CLASS_LANES */
    struct lf_group *group;   /* [codes] */
    struct lf_ordered *order; /* [codes] */
    uint32_t **place;         /* [features]; [codes], the tree's order of levels that are many, else NULL */
    struct lf_simd *simd;     /* split_simd.h */
    bool small;               /* lf_split_small_usable */
    struct lf_split best;
};

/* ---- partition ------------------------------------------------------------------------------- */

/*
 * The current partition: the number of rows on each side, and the sum of their squared class counts.  Counts are
 * integers, kept in doubles, which represent them exactly and multiply twice as fast as 64-bit integers do.
 */
struct partition {
    double left, right, squares_left, squares_right;
};

static inline struct partition all_right(struct lf_splitter *s) {
    memset(s->left, 0, s->classes * sizeof *s->left);
    return (struct partition){0, s->rows, 0, s->squares};
}

/* Move rows of a class from right to left, or back where negative: (l + w)^2 - l^2 = w (2l + w). */
static inline void move(struct partition *now, double *left_of_class, double total_of_class, double rows) {
    double left = *left_of_class, right = total_of_class - left;
    *left_of_class = left + rows;
    now->squares_left += rows * (2 * left + rows);
    now->squares_right -= rows * (2 * right - rows);
    now->left += rows;
    now->right -= rows;
}

/* sign is 1 to the left, -1 back to the right. */
static inline void move_group(struct lf_splitter *s, struct partition *now, const uint32_t *count, int32_t sign) {
    for (uint32_t k = 0; k < s->classes; k++)
        move(now, &s->left[k], s->total[k], sign * (int32_t)count[k]);
}

/*
 * What a split must exceed to be the best so far: its quality, L/l + R/r, a little more, so that rounding does not
 * let an equal one pass; and the size of leaves.
 */
struct threshold {
    double score, min_leaf;
};

static inline struct threshold threshold_of(const struct lf_splitter *s) {
    return (struct threshold){s->best.score * (1 + 0x1p-40), s->min_leaf};
}

/* Most splits do not pass, which is seen first, and on one fraction line, without a division.  A side without
 * rows never does. */
static inline bool passes(const struct threshold *threshold, const struct partition *now) {
    double above = now->squares_left * now->right + now->squares_right * now->left, below = now->left * now->right;
    if (__builtin_expect(above <= threshold->score * below, 1))
        return false;
    return now->left >= threshold->min_leaf && now->right >= threshold->min_leaf;
}

static inline struct threshold take(struct lf_splitter *s, uint32_t feature, const struct partition *now) {
    s->best.score = now->squares_left / now->left + now->squares_right / now->right;
    s->best.feature = feature;
    return threshold_of(s);
}

enum missing { MISSING_NONE, MISSING_LEFT, MISSING_RIGHT };

/*
 * A cut between codes low and high, of which no code in between is here: take the middle, so
 * that a value not seen here goes with the nearer neighbour.  Where nothing is missing, what will be
 * missing later goes with the larger part.
 */
static inline struct threshold take_cut(struct lf_splitter *s, uint32_t feature, const struct partition *now,
                                        uint32_t low, uint32_t high, enum missing missing) {
    bool right = missing == MISSING_NONE ? now->right > now->left : missing == MISSING_RIGHT;
    uint32_t bin = low == 0 ? 0 : low + (high - 1 - low) / 2; /* 0: missing against the rest */
    s->best.flags = right ? LF_MISSING_RIGHT : 0;
    s->best.bin = (uint16_t)bin;
    return take(s, feature, now);
}

/* ---- items by code --------------------------------------------------------------------------- */

static inline uint32_t code_of(uint64_t entry) {
    return (uint32_t)(entry >> 48);
}

static inline uint32_t label_of(uint64_t entry) {
    return (uint32_t)(entry >> 40) & 0xff;
}

static inline uint32_t weight_of(uint64_t entry) {
    return (uint32_t)entry;
}

/* Counting goes through all codes, sorting takes more steps an item. */
bool lf_split_counting_pays(const struct lf_splitter *s, const struct lf_column *column);

/* Items as entries, in the order of codes; of which there are s->n. */
const uint64_t *lf_split_sort(struct lf_splitter *s, const struct lf_column *column);

/* Fill s->table with counts by code and class. */
void lf_split_count(struct lf_splitter *s, const struct lf_column *column);

/* lf_splitter_try for a numeric feature, where items are few, or codes are bytes and rows and classes are few. */
bool lf_split_small_usable(const struct lf_splitter *s);
void lf_split_small_begin(struct lf_splitter *s);
bool lf_split_try_small(struct lf_splitter *s, uint32_t feature, const struct lf_column *column);
bool lf_split_simd_usable(const struct lf_splitter *s, const struct lf_column *column);
bool lf_split_try_simd(struct lf_splitter *s, uint32_t feature, const struct lf_column *column);

/* lf_splitter_try for a categorical feature. */
bool lf_split_try_levels(struct lf_splitter *s, uint32_t feature, const struct lf_column *column);

#endif
