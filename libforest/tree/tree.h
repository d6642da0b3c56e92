/* tree.h - a grown tree: its nodes, level sets and class shares. */
#ifndef LF_TREE_H
#define LF_TREE_H

#include "libforest/base/intern.h"
#include "libforest/tree/node.h"

/* A tree as it is grown; bins and leaves are still those of the matrix and of this tree. */
struct lf_tree {
    uint32_t nodes, depth, leaves;
    struct lf_node *node;    /* [nodes]; a leaf's share is a record of `counts` */
    uint32_t *cover;         /* [leaves], rows drawn into each, in the order of the nodes */
    double *gain;            /* [features], fall of Gini impurity, as a share of the rows drawn */
    struct lf_intern sets;   /* level sets: the feature, then its bits */
    struct lf_intern counts; /* rows by class, [classes], in leaves */
    uint16_t *share;         /* [variants][shares][classes], class shares of each record of counts */
    uint32_t shares;
};

/* Turn counts into class shares (leaf.h), smoothed in several ways, and forget the counts.  False when
 * memory ran out. */
bool lf_tree_shares(struct lf_tree *tree, uint32_t classes, const double *prior,
                    const double *smoothing /* [variants] */, uint32_t variants);

/* Where each level set's bits begin, for lf_walk; NULL when memory ran out.  The caller frees it. */
uint32_t *lf_tree_set_begins(const struct lf_tree *tree);

void lf_tree_done(struct lf_tree *tree);

#endif
