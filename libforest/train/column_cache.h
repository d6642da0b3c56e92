/*
 * column_cache.h - codes of the items of a small subtree, side by side.
 *
 * The fewer items a node has, the further apart their codes are in the matrix, until each is a wait for memory.
 * A subtree of few items reads them once, feature by feature as they are needed, and then works in the cache.
 */
#ifndef LF_COLUMN_CACHE_H
#define LF_COLUMN_CACHE_H

#include "libforest/train/splitter.h"

enum { LF_COLUMN_CACHE_CELLS = 8192 };

struct lf_column_cache;

/* NULL when memory ran out. */
struct lf_column_cache *lf_column_cache_new(const struct lf_matrix *matrix);
void lf_column_cache_free(struct lf_column_cache *cache);

/* Take the items, at most LF_COLUMN_CACHE_CELLS: their cells become 0 .. n-1, those of the cache. */
void lf_column_cache_begin(struct lf_column_cache *cache, struct lf_item *item, uint32_t n);

/* A feature's column, by the cells of the cache. */
const struct lf_column *lf_column_cache_get(struct lf_column_cache *cache, uint32_t feature);

#endif
