/*
 * walk.h - many walks at once.
 *
 * A walk waits for memory at every step; many of them in flight wait together.
 */
#ifndef LF_WALK_H
#define LF_WALK_H

#include "libforest/node.h"

#include <stddef.h>

enum { LF_LANES = 8, LF_WALKERS = 1024 };

/* Rows of codes (node.h) that walk together. */
struct lf_codes {
    const void *code; /* [rows][width], u8 if narrow, else u16 */
    size_t width;
    bool narrow;
    bool zeros; /* some code behind the first may be 0, which is what missing is in a numeric feature */
};

/*
 * Rows through one tree: share[i] becomes the number of the class shares, among the tree's, that row pick[i] leads
 * to, or row i where pick is NULL.
 */
void lf_walk_rows(const struct lf_walk *walk, const struct lf_codes *codes, const uint32_t *pick /* [n] or NULL */,
                  uint32_t n, uint32_t *share /* [n] */);

/* Ask for a tree that so many rows will go through. */
void lf_walk_fetch(const struct lf_walk *walk, uint32_t rows);

/* One row through many trees. */
void lf_walk_trees(const struct lf_walk *walk /* [n] */, uint32_t n, const uint16_t *code /* [1 + features] */,
                   uint32_t *share /* [n] */);

#endif
