/*
 * level_order.h - one order for the levels of a feature that has many.
 *
 * At a node of few rows some subset of many levels splits the classes by chance alone, and a forest that
 * searches for it there does worse on rows never seen.  So a tree orders such levels once, by all rows that it
 * drew, and its nodes cut that order: by the first principal component of the levels' class shares (Coppersmith,
 * Hong, Hosking 1999; Wright, Koenig 2019).  With two classes that is the order of a class's share.
 */
#ifndef LF_LEVEL_ORDER_H
#define LF_LEVEL_ORDER_H

#include <stdbool.h>
#include <stdint.h>

/* Class counts of levels. */
struct lf_level_counts {
    const uint32_t *count; /* [levels][stride], levels in the order of their names */
    uint32_t levels, classes, stride;
};

/* place[level] becomes where the level comes in the order; levels without rows come somewhere.  False when
 * memory ran out. */
bool lf_order_levels(const struct lf_level_counts *counts, uint32_t *place /* [levels] */);

#endif
