/*
 * excerpt.h - codes of the items of a small subtree, side by side.
 *
 * The fewer items a node has, the further apart their codes are in the matrix, until each is a wait for memory.
 * A subtree of few items reads them once, feature by feature as they are asked for, and then works in the cache.
 */
#ifndef LF_EXCERPT_H
#define LF_EXCERPT_H

#include "libforest/split.h"

enum { LF_EXCERPT_CELLS = 8192 };

struct lf_excerpt;

/* NULL when memory ran out. */
struct lf_excerpt *lf_excerpt_new(const struct lf_matrix *matrix);
void lf_excerpt_free(struct lf_excerpt *excerpt);

/* Take the items, at most LF_EXCERPT_CELLS: their cells become 0 .. n-1, those of the excerpt. */
void lf_excerpt_begin(struct lf_excerpt *excerpt, struct lf_item *item, uint32_t n);

/* A feature's column, by the cells of the excerpt. */
const struct lf_column *lf_excerpt_column(struct lf_excerpt *excerpt, uint32_t feature);

#endif
