/*
 * walk.h - many walks at once.
 *
 * A walk waits for memory at every step; many of them in flight wait together.
 */
#ifndef LF_WALK_H
#define LF_WALK_H

#include "libforest/node.h"

#include <stddef.h>

enum { LF_LANES = 16 };

/*
 * Rows through one tree: share[i] becomes the number of the row of class shares that row pick[i] leads
 * to, or row i where pick is NULL.
 */
void lf_walk_rows(const struct lf_walk *walk, const uint16_t *code /* [rows][features] */, size_t features,
                  const uint32_t *pick /* [n] or NULL */, uint32_t n, uint32_t *share /* [n] */);

/* One row through many trees. */
void lf_walk_trees(const struct lf_walk *walk /* [n] */, uint32_t n, const uint16_t *code /* [features] */,
                   uint32_t *share /* [n] */);

#endif
