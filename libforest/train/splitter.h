/*
 * splitter.h - finds the best split of a node's rows by one feature.
 *
 * Quality is Gini's: a split is the better, the larger  L/l + R/r , where l and r are the rows on each
 * side and L and R the sums over classes of squared row counts.  All four are integers, kept up to date
 * as rows move from right to left; only the last step is a division.
 *
 * Numeric features try every cut between values present, with missing values on either side.
 * Categorical ones of at most LF_EXHAUSTIVE levels try every subset of those present, by Gray code, so that each
 * subset is one level away from the one before; with two classes levels are ordered by the share of a class and
 * cut, which finds the same (Breiman et al. 1984, 4.2).  More levels are cut in an order of the tree's
 * (level_order.h).
 */
#ifndef LF_SPLITTER_H
#define LF_SPLITTER_H

#include "libforest/data/matrix.h"

enum { LF_EXHAUSTIVE = 12 };

/* A cell with how often the tree drew it. */
struct lf_item {
    uint32_t cell, weight, label;
};

struct lf_split {
    double score; /* L/l + R/r; below 0: none found */
    uint32_t feature;
    uint16_t flags, bin; /* as in node.h; bin of a level set is not yet known */
    uint32_t *set;       /* [set_words], bits by code, when flags has LF_LEVEL_SET */
};

struct lf_splitter;

/* NULL when memory ran out. */
struct lf_splitter *lf_splitter_new(const struct lf_matrix *matrix, uint32_t min_leaf);
void lf_splitter_free(struct lf_splitter *splitter);

size_t lf_splitter_set_words(const struct lf_splitter *splitter); /* of the feature with most levels */

/* Start a tree: all its items.  False when memory ran out. */
bool lf_splitter_start(struct lf_splitter *splitter, const struct lf_item *item, uint32_t n);

/* Start a node: its items, their class counts, and how many rows they are. */
void lf_splitter_begin(struct lf_splitter *splitter, const struct lf_item *item, uint32_t n,
                       const uint32_t *class_count /* [classes] */, uint64_t rows);

/* Try a feature, whose codes are in the column by the cells of the items.  False when all items have the same code. */
bool lf_splitter_try(struct lf_splitter *splitter, uint32_t feature, const struct lf_column *column);

/* Whether the best so far leaves both sides pure, so that nothing can be better. */
bool lf_splitter_is_perfect(const struct lf_splitter *splitter);

/* The best of what was tried since begin; of equals, the first tried, which is a fair draw among features. */
const struct lf_split *lf_splitter_best(const struct lf_splitter *splitter);

#endif
