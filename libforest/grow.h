/*
 * grow.h - growing one tree.
 *
 * At each node features are drawn without replacement until mtry of them were not constant there, as
 * scikit-learn does; draws depend on the tree's key and the path to the node.  A node becomes a leaf
 * when it is pure, cannot be parted into leaves of min_leaf rows, or meets a limit.
 */
#ifndef LF_GROW_H
#define LF_GROW_H

#include "libforest/node.h"
#include "libforest/pool.h"
#include "libforest/split.h"

struct lf_limits {
    uint32_t mtry;      /* 1 .. features */
    uint32_t min_leaf;  /* at least 1 */
    uint32_t max_depth; /* 0: none */
    uint32_t max_nodes; /* 0: none */
};

/* A tree as it is grown; bins and leaves are still those of the matrix and of this tree. */
struct lf_tree {
    uint32_t nodes, depth, leaves;
    struct lf_node *node;  /* [nodes]; a leaf's share is a record of `counts` */
    uint32_t *cover;       /* [leaves], rows drawn into each, in the order of the nodes */
    double *gain;          /* [features], fall of Gini impurity, as a share of the rows drawn */
    struct lf_pool sets;   /* level sets: the feature, then its bits */
    struct lf_pool counts; /* rows by class, [classes], that leaves hold */
    uint16_t *share;       /* [variants][shares][classes], class shares of each record of counts */
    uint32_t shares;
};

/* Turn counts into class shares (leaf.h), smoothed in several ways, and forget the counts.  False when
 * memory ran out. */
bool lf_tree_shares(struct lf_tree *tree, uint32_t classes, const double *prior,
                    const double *smoothing /* [variants] */, uint32_t variants);

/* Where each level set's bits begin, for lf_walk; NULL when memory ran out.  The caller frees it. */
uint32_t *lf_tree_set_begins(const struct lf_tree *tree);

void lf_tree_done(struct lf_tree *tree);

/* Memory that growing needs, used for tree after tree by one thread. */
struct lf_grower;

struct lf_grower *lf_grower_new(const struct lf_matrix *matrix, const struct lf_limits *limits); /* or NULL */
void lf_grower_free(struct lf_grower *grower);

/* False when memory ran out; *out is then left alone.  weight says how often each cell was drawn. */
bool lf_grow(struct lf_grower *grower, const uint32_t *weight /* [cells] */, uint64_t key, struct lf_tree *out);

#endif
