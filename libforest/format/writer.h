/* writer.h - writes the result of a training as an image. */
#ifndef LF_WRITER_H
#define LF_WRITER_H

#include "libforest/data/matrix.h"
#include "libforest/format/format.h"
#include "libforest/tree/tree.h"

struct lf_model {
    const struct lf_matrix *matrix;
    const struct lf_tree *tree; /* [info.trees], with shares */
    struct lf_format_info info; /* all but depth and nodes */
    const double *importance;   /* [2][features] */
};

/* The bytes that the image of the first `trees` trees will have; 0 when memory ran out. */
uint64_t lf_model_size(const struct lf_model *model, uint32_t trees);

/* Lay out the image and make a forest of it. */
enum forest_status lf_model_forest(struct forest **out, const struct lf_model *model, struct forest_error *err);

#endif
