/*
 * grow.h - grows one tree.
 *
 * At each node features are drawn without replacement until mtry of them were not constant there, as
 * scikit-learn does; draws depend on the tree's key and the path to the node.  A node becomes a leaf
 * when it is pure, cannot be split into leaves of min_leaf rows, or meets a limit.
 */
#ifndef LF_GROW_H
#define LF_GROW_H

#include "libforest/train/splitter.h"
#include "libforest/tree/tree.h"

struct lf_limits {
    uint32_t mtry;      /* 1 .. features */
    uint32_t min_leaf;  /* at least 1 */
    uint32_t max_depth; /* 0: none */
    uint32_t max_nodes; /* 0: none */
};

/* Memory that growing needs, used for tree after tree by one thread. */
struct lf_grower;

struct lf_grower *lf_grower_new(const struct lf_matrix *matrix, const struct lf_limits *limits); /* or NULL */
void lf_grower_free(struct lf_grower *grower);

/* False when memory ran out; *out is then left alone.  weight says how often each cell was drawn. */
bool lf_grow(struct lf_grower *grower, const uint32_t *weight /* [cells] */, uint64_t key, struct lf_tree *out);

#endif
