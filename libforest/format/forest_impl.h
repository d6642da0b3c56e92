/* forest_impl.h - a forest in memory: pointers into an image that was verified. */
#ifndef LF_FOREST_IMPL_H
#define LF_FOREST_IMPL_H

#include "libforest/format/format.h"
#include "libforest/tree/leaf.h"

/* A feature that some node tests. */
struct lf_input {
    uint32_t feature;
    uint32_t levels; /* 0: numeric */
    uint32_t cuts;
    const float *cut; /* [cuts] */
};

enum lf_holding { LF_BORROWED, LF_OWNED, LF_MAPPED };

struct forest {
    const uint8_t *image;
    size_t size;
    enum lf_holding holding;
    struct forest_schema *schema; /* names lie in the image */
    struct lf_input *input;       /* [inputs], in the order of features */
    uint16_t *input_of;           /* [features], which input each is */
    uint32_t inputs, trees, features, classes;
    double share_scale; /* trees x LF_ONE, what sums of shares add up to */
    const struct lf_format_info *info;
    const struct lf_format_feature *kind;
    const char *names; /* NAME */
    const float *cut;
    const struct lf_format_tree *tree; /* [trees + 1] */
    const struct lf_node *node;
    const uint32_t *set, *word;
    const uint16_t *share; /* LEAF */
    const uint32_t *cover;
    const double *importance; /* [2][features] */
    const uint32_t *table;    /* or NULL */
    float *tabled;            /* [combinations][classes], the probabilities of the table; NULL without one */
    const struct lf_format_gold *gold;
    uint64_t nodes, sets, words, shares, combinations;
};

static inline struct lf_walk lf_forest_walk(const struct forest *f, uint32_t tree) {
    const uint32_t *set = f->set + f->tree[tree].set;
    if (f->tree[tree].set == f->sets) /* none of its own: any will do, since it asks for none */
        set = f->sets > 0 ? f->set : NULL;
    uint64_t first = f->tree[tree].node;
    return (struct lf_walk){f->node + first, (uint32_t)(f->tree[tree + 1].node - first), set, f->word,
                            f->share + f->tree[tree].share * f->classes};
}

/*
 * Make a forest of an image.  Unless the last argument is LF_BORROWED, the forest owns the image after a success.
 * LF_OWNED is for an image that this library has just written: its checksums and golden rows are not checked again.
 */
enum forest_status lf_forest_open(struct forest **out, const void *image, size_t size, enum lf_holding holding,
                                  struct forest_error *err);

/* Without checksums, table and golden rows, which the writer of an image fills by asking this forest. */
enum forest_status lf_forest_read(struct forest *f, const void *image, size_t size, struct forest_error *err);
void lf_forest_done(struct forest *f);

/* Cuts of a feature that some node asks about. */
static inline const float *lf_forest_cuts(const struct forest *f, uint32_t feature) {
    return f->input[f->input_of[feature]].cut;
}

uint32_t lf_forest_largest_tree(const struct forest *f); /* in nodes */

static inline const uint16_t *lf_forest_leaf(const struct forest *f, const struct lf_walk *walk, struct lf_node leaf) {
    return walk->share + (size_t)lf_leaf_share(leaf) * f->classes;
}

/* Codes of a row (node.h); only those of features in use are set. */
void lf_forest_encode(const struct forest *f, const float *row, uint16_t *code /* [1 + features] */);

/* Sums of class shares over trees, by walking and by table. */
void lf_forest_sums(const struct forest *f, const uint16_t *code, uint32_t *sum /* [classes] */);
const uint32_t *lf_forest_table(const struct forest *f, const float *row); /* [classes]; only with a table */

/* From such sums: calibrated probabilities, or the first of the most probable classes. */
void lf_forest_probabilities(const struct forest *f, const uint32_t *sum, float *prob /* [classes] */);
uint16_t lf_forest_class(const struct forest *f, const uint32_t *sum);

/* Fill f->tabled, so that predicting needs no calculation.  False when memory ran out. */
bool lf_forest_tabulate(struct forest *f);

#endif
