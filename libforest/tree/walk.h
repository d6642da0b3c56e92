/*
 * walk.h - many walks at once.
 *
 * A walk waits for memory at every step; many of them in flight wait together.
 */
#ifndef LF_WALK_H
#define LF_WALK_H

#include "libforest/tree/node.h"

#include <stddef.h>

enum { LF_LANES = 8, LF_WALKERS = 1024 };

/* A code of two bytes, which may lie where other numbers are expected. */
typedef uint16_t __attribute__((may_alias)) lf_code;

/* Rows of codes (node.h) that walk together. */
struct lf_codes {
    const void *code; /* [rows][width], u8 if narrow, else u16 */
    size_t width;
    bool narrow;
    bool zeros; /* some code behind the first may be 0, which is what missing is in a numeric feature */
};

/* What is left of a tree to ask for before rows go through it, and how much of it with every step of eight rows. */
struct lf_fetch {
    const struct lf_node *node, *end;
    uint32_t lines;
};

struct lf_fetch lf_fetch_make(const struct lf_walk *walk, uint32_t rows);
void lf_fetch_rest(struct lf_fetch *fetch);

/*
 * Rows through one tree: share[i] becomes the number of the class shares, among the tree's, that row pick[i] leads
 * to, or row i where pick is NULL.  Meanwhile another tree is fetched, unless fetch is NULL.
 */
void lf_walk_rows(const struct lf_walk *walk, const struct lf_codes *codes, const uint32_t *pick /* [n] or NULL */,
                  uint32_t n, uint32_t *share /* [n] */, struct lf_fetch *fetch);

/* One row through many trees. */
void lf_walk_trees(const struct lf_walk *walk /* [n] */, uint32_t n, const uint16_t *code /* [1 + features] */,
                   uint32_t *share /* [n] */);

#endif
