/* column_cache.c - codes of the items of a small subtree, side by side. */
#include "libforest/train/column_cache.h"

#include <stdlib.h>
#include <string.h>

struct lf_column_cache {
    const struct lf_matrix *matrix;
    uint32_t n;
    uint32_t *cell;           /* [n], of the matrix */
    struct lf_column *column; /* [features] */
    bool *here;               /* [features], whether the column has been copied */
    uint16_t *code;           /* [features][most n], memory for the columns, */
    size_t used;              /* so much of which is used */
};

struct lf_column_cache *lf_column_cache_new(const struct lf_matrix *matrix) {
    struct lf_column_cache *e = calloc(1, sizeof *e);
    if (e == NULL)
        return NULL;
    size_t most = matrix->cells < LF_COLUMN_CACHE_CELLS ? matrix->cells : LF_COLUMN_CACHE_CELLS;
    e->matrix = matrix;
    e->cell = calloc(most, sizeof *e->cell);
    e->column = calloc(matrix->features, sizeof *e->column);
    e->here = calloc(matrix->features, sizeof *e->here);
    e->code = calloc(matrix->features, most * sizeof *e->code);
    if (e->cell == NULL || e->column == NULL || e->here == NULL || e->code == NULL) {
        lf_column_cache_free(e);
        return NULL;
    }
    memcpy(e->column, matrix->column, matrix->features * sizeof *e->column);
    return e;
}

void lf_column_cache_free(struct lf_column_cache *cache) {
    if (cache == NULL)
        return;
    free(cache->cell);
    free(cache->column);
    free(cache->here);
    free(cache->code);
    free(cache);
}

void lf_column_cache_begin(struct lf_column_cache *cache, struct lf_item *item, uint32_t n) {
    cache->n = n;
    cache->used = 0;
    memset(cache->here, 0, cache->matrix->features * sizeof *cache->here);
    for (uint32_t i = 0; i < n; i++) {
        cache->cell[i] = item[i].cell;
        item[i].cell = i;
    }
}

/* Columns follow each other without gaps: at distances that are powers of two they would drive each other from the
 * cache. */
static void copy_column(struct lf_column_cache *e, const struct lf_column *from, struct lf_column *to) {
    uint16_t *code = e->code + e->used;
    if (from->narrow != NULL) {
        to->narrow = (uint8_t *)code;
        for (uint32_t i = 0; i < e->n; i++)
            to->narrow[i] = from->narrow[e->cell[i]];
        e->used += (e->n + 1) / 2;
    } else {
        to->wide = code;
        for (uint32_t i = 0; i < e->n; i++)
            to->wide[i] = from->wide[e->cell[i]];
        e->used += e->n;
    }
}

const struct lf_column *lf_column_cache_get(struct lf_column_cache *cache, uint32_t feature) {
    if (!cache->here[feature]) {
        copy_column(cache, &cache->matrix->column[feature], &cache->column[feature]);
        cache->here[feature] = true;
    }
    return &cache->column[feature];
}
