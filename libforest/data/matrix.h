/*
 * matrix.h - what trees are grown on: the cells of a data set, a column of small integer codes for
 * each feature.
 *
 * Cells that share all codes and the label are one.  They are in an order that depends on the names of
 * features, levels and classes and on nothing else: not on how rows came, nor on how levels are
 * numbered.  Whatever else needs an order (ties between levels, the draw of features) takes it from
 * names as well.
 */
#ifndef LF_MATRIX_H
#define LF_MATRIX_H

#include "libforest/forest.h"

struct lf_column {
    bool numeric;
    uint32_t codes;  /* every code is below this; numeric: see bins.h, categorical: forest_schema.h */
    uint8_t *narrow; /* [cells], up to 256 codes, */
    uint16_t *wide;  /* [cells], or more */
    float *cut;      /* numeric: [codes - 2] */
    uint32_t *rank;  /* categorical: [codes], place of each level in the order of names */
};

struct lf_matrix {
    const struct forest_schema *schema; /* borrowed */
    uint32_t cells, features, classes;
    uint64_t rows;                             /* sum of count */
    struct lf_column *column;                  /* [features] */
    uint8_t *label;                            /* [cells], place of the class in the order of names */
    uint64_t *count;                           /* [cells], above 0 */
    uint32_t *by_name;                         /* [features], features in the order of their names */
    uint8_t class_by_name[FOREST_MAX_CLASSES]; /* [classes], the same of classes */
};

enum forest_status lf_matrix_make(struct lf_matrix *out, const struct forest_dataset *ds, struct forest_error *err);
void lf_matrix_done(struct lf_matrix *matrix);

static inline uint32_t lf_column_code(const struct lf_column *column, uint32_t cell) {
    return column->narrow != NULL ? column->narrow[cell] : column->wide[cell];
}

#endif
