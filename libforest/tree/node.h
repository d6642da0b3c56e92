/*
 * node.h - a node of a tree, and how a row moves through it.
 *
 * A tree is an array of 8-byte nodes in breadth-first order: the children of an inner node lie side by
 * side at `next`, and `next` grows by two from one inner node to the following one.  So a child always
 * comes after its parent, each node has one parent, and one pass can check all that.
 *
 * A row is codes (bins.h, forest_schema.h): 0 in front, then one a feature.  An inner node does one of two tests:
 *   numeric      is the code above `bin`?  Missing is code 0 and goes left, or right with LF_MISSING_RIGHT.
 *   categorical  (LF_LEVEL_SET) is the code's bit set in level set number `bin`?  Then right.
 * A leaf tests feature 0, whose code is 0 in every row and thus not above any bin, and its `next` is itself:
 * a walk over numeric nodes without missing codes need not look for its end, it just goes no further.
 * What is left of a leaf's bits numbers its class shares among those of the tree.
 */
#ifndef LF_NODE_H
#define LF_NODE_H

#include <stdbool.h>
#include <stdint.h>

enum { LF_FEATURE = 0x0fff, LF_MISSING_RIGHT = 0x4000, LF_LEVEL_SET = 0x8000 };
enum {
    LF_FLAGS_AT = 12,
    LF_BIN_BITS = 16,
    LF_MAX_SHARES = 1 << 20,
    LF_MAX_SETS = UINT16_MAX,
    LF_MAX_CUTS = UINT16_MAX - 2
};

struct lf_node {
    uint32_t next;
    uint16_t test; /* 1 + feature | flags */
    uint16_t bin;
};

static inline bool lf_is_leaf(struct lf_node node) {
    return (node.test & LF_FEATURE) == 0;
}

/* A leaf that is node number `at`, with class shares number `share`, which is below LF_MAX_SHARES. */
static inline struct lf_node lf_leaf(uint32_t at, uint32_t share) {
    return (struct lf_node){at, (uint16_t)(share >> LF_BIN_BITS << LF_FLAGS_AT), (uint16_t)share};
}

static inline uint32_t lf_leaf_share(struct lf_node leaf) {
    return (uint32_t)leaf.test >> LF_FLAGS_AT << LF_BIN_BITS | leaf.bin;
}

/* The feature that an inner node tests. */
static inline uint32_t lf_feature(struct lf_node inner) {
    return (inner.test & LF_FEATURE) - 1U;
}

/* A tree to walk through. */
struct lf_walk {
    const struct lf_node *node; /* [nodes] */
    uint32_t nodes;
    const uint32_t *set;   /* [level sets], where in word each begins; NULL in a tree without any */
    const uint32_t *word;  /* bits by code, 32 a word */
    const uint16_t *share; /* [shares][classes] (leaf.h) */
};

static inline bool lf_in_set(const uint32_t *word, uint32_t code) {
    return word[code >> 5] >> (code & 31) & 1;
}

/*
 * Whether a node sends a row with code x of its feature to the right; a leaf does not.  The processor cannot predict
 * that, so there is no branch: both tests are done and one is masked.  level_sets false promises that the
 * tree has no level set.
 */
static inline uint32_t lf_sends_right(const struct lf_walk *walk, struct lf_node node, uint32_t x, bool level_sets) {
    uint32_t inner = !lf_is_leaf(node), missing_right = node.test / LF_MISSING_RIGHT & inner;
    uint32_t right = ((x - missing_right) & 0xffff) > node.bin - missing_right; /* 0 - 1 is above all */
    if (!level_sets)
        return right;
    uint32_t mask = -((uint32_t)node.test / LF_LEVEL_SET & inner);
    const uint32_t *word = walk->word + walk->set[node.bin & mask];
    return (right & ~mask) | (word[(x & mask) >> 5] >> (x & 31) & 1 & mask);
}

static inline uint32_t lf_goes_right(const struct lf_walk *walk, struct lf_node node, const uint16_t *code,
                                     bool level_sets) {
    return lf_sends_right(walk, node, code[node.test & LF_FEATURE], level_sets);
}

#endif
