/* tree.c - a grown tree: its nodes, level sets and class shares. */
#include "libforest/tree/tree.h"

#include "libforest/tree/leaf.h"

#include <stdlib.h>

void lf_tree_done(struct lf_tree *tree) {
    free(tree->node);
    free(tree->cover);
    free(tree->gain);
    free(tree->share);
    lf_intern_done(&tree->sets);
    lf_intern_done(&tree->counts);
    *tree = (struct lf_tree){0};
}

bool lf_tree_shares(struct lf_tree *tree, uint32_t classes, const double *prior, const double *smoothing,
                    uint32_t variants) {
    tree->shares = tree->counts.count;
    tree->share = reallocarray(NULL, (size_t)variants * tree->shares, classes * sizeof *tree->share);
    if (tree->share == NULL)
        return false;
    uint16_t *share = tree->share;
    for (uint32_t variant = 0; variant < variants; variant++)
        for (uint32_t i = 0; i < tree->shares; i++, share += classes)
            lf_leaf_shares(lf_intern_at(&tree->counts, i), prior, smoothing[variant], classes, share);
    lf_intern_done(&tree->counts);
    return true;
}

uint32_t *lf_tree_set_begins(const struct lf_tree *tree) {
    uint32_t *begin = calloc(tree->sets.count + (size_t)1, sizeof *begin);
    for (uint32_t set = 0; begin != NULL && set < tree->sets.count; set++)
        begin[set] = (uint32_t)(set * (tree->sets.width / sizeof(uint32_t)) + 1);
    return begin;
}
