/* excerpt.c - codes of the items of a small subtree, side by side. */
#include "libforest/excerpt.h"

#include <stdlib.h>
#include <string.h>

struct lf_excerpt {
    const struct lf_matrix *matrix;
    uint32_t n;
    uint32_t *cell;           /* [n], of the matrix */
    struct lf_column *column; /* [features] */
    bool *here;               /* [features], whether the column has been copied */
    uint16_t *code;           /* [features][most n], memory for the columns, */
    size_t used;              /* so much of which is used */
};

struct lf_excerpt *lf_excerpt_new(const struct lf_matrix *matrix) {
    struct lf_excerpt *e = calloc(1, sizeof *e);
    if (e == NULL)
        return NULL;
    size_t most = matrix->cells < LF_EXCERPT_CELLS ? matrix->cells : LF_EXCERPT_CELLS;
    e->matrix = matrix;
    e->cell = calloc(most, sizeof *e->cell);
    e->column = calloc(matrix->features, sizeof *e->column);
    e->here = calloc(matrix->features, sizeof *e->here);
    e->code = calloc(matrix->features, most * sizeof *e->code);
    if (e->cell == NULL || e->column == NULL || e->here == NULL || e->code == NULL) {
        lf_excerpt_free(e);
        return NULL;
    }
    memcpy(e->column, matrix->column, matrix->features * sizeof *e->column);
    return e;
}

void lf_excerpt_free(struct lf_excerpt *excerpt) {
    if (excerpt == NULL)
        return;
    free(excerpt->cell);
    free(excerpt->column);
    free(excerpt->here);
    free(excerpt->code);
    free(excerpt);
}

void lf_excerpt_begin(struct lf_excerpt *excerpt, struct lf_item *item, uint32_t n) {
    excerpt->n = n;
    excerpt->used = 0;
    memset(excerpt->here, 0, excerpt->matrix->features * sizeof *excerpt->here);
    for (uint32_t i = 0; i < n; i++) {
        excerpt->cell[i] = item[i].cell;
        item[i].cell = i;
    }
}

/* Columns follow each other without gaps: at distances that are powers of two they would drive each other from the
 * cache. */
static void copy_column(struct lf_excerpt *e, const struct lf_column *from, struct lf_column *to) {
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

const struct lf_column *lf_excerpt_column(struct lf_excerpt *excerpt, uint32_t feature) {
    if (!excerpt->here[feature]) {
        copy_column(excerpt, &excerpt->matrix->column[feature], &excerpt->column[feature]);
        excerpt->here[feature] = true;
    }
    return &excerpt->column[feature];
}
