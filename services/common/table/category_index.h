/* category_index.h - finds the number of a category by its exact name, in constant time. */
#ifndef COMMON_CATEGORY_INDEX_H
#define COMMON_CATEGORY_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libforest/forest.h"
#include "services/common/util/error.h"

/* A hash table over a feature's levels, which are borrowed. */
struct category_index {
    const struct forest_feature *feature;
    uint32_t *slot; /* [mask + 1]: a level's number plus one; 0: empty */
    uint32_t mask;
};

MUST_CHECK bool category_index_open(struct category_index *index,
                                    const struct forest_feature *feature); /* false: no memory */
void category_index_done(struct category_index *index);

/* The level with this name of `size` bytes, or FOREST_UNSEEN. */
float category_index_find(const struct category_index *index, const char *name, size_t size);

#endif
