/*
 * node.h - a node of a tree, and how a row moves through it.
 *
 * A tree is an array of 8-byte nodes in breadth-first order: the children of an inner node lie side by
 * side at `next`, and `next` grows by two from one inner node to the following one.  So a child always
 * comes after its parent, each node has one parent, and one pass can check all that.
 *
 * A row is u16 codes, one a feature (bins.h, schema.h).  An inner node asks one of two questions:
 *   numeric      is the code above `bin`?  Missing is code 0 and goes left; where LF_MISSING_RIGHT is
 *                set one is taken off the code first, which wraps missing round to the largest number.
 *   categorical  (LF_LEVEL_SET) is the code's bit set in level set number `bin`?  Then right.
 * A leaf has bin LF_LEAF, test 0, and in `next` the number of its row of class shares.
 */
#ifndef LF_NODE_H
#define LF_NODE_H

#include <stdbool.h>
#include <stdint.h>

enum { LF_LEAF = 0xffff, LF_FEATURE = 0x0fff, LF_MISSING_RIGHT = 0x4000, LF_LEVEL_SET = 0x8000 };

struct lf_node {
    uint32_t next;
    uint16_t test; /* feature | flags */
    uint16_t bin;
};

/* A tree to walk through. */
struct lf_walk {
    const struct lf_node *node; /* [nodes] */
    uint32_t nodes;
    const uint32_t *set;  /* [level sets], where in word each begins; NULL in a tree without any */
    const uint32_t *word; /* bits by code, 32 a word */
};

static inline bool lf_in_set(const uint32_t *word, uint32_t code) {
    return word[code >> 5] >> (code & 31) & 1;
}

/*
 * Whether an inner node sends the row right.  Nobody can predict that, so there is no branch: both
 * questions are answered and one is masked.  level_sets false promises that the tree has no level set.
 */
static inline uint32_t lf_goes_right(const struct lf_walk *walk, struct lf_node node, const uint16_t *code,
                                     bool level_sets) {
    uint32_t x = code[node.test & LF_FEATURE];
    uint32_t right = ((x - (node.test >> 14 & 1U)) & 0xffff) > node.bin;
    if (!level_sets)
        return right;
    uint32_t mask = -((uint32_t)node.test >> 15);
    const uint32_t *word = walk->word + walk->set[node.bin & mask];
    return (right & ~mask) | (word[(x & mask) >> 5] >> (x & 31) & 1 & mask);
}

#endif
