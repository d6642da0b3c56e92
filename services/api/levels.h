/* levels.h - finds the number of a category by its exact name, however many there are. */
#ifndef API_LEVELS_H
#define API_LEVELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libforest/forest.h"

/* A hash table over a feature's levels, which it borrows. */
struct levels {
    const struct forest_feature *feature;
    uint32_t *slot; /* [mask + 1]: a level's number plus one; 0: empty */
    uint32_t mask;
};

bool levels_open(struct levels *levels, const struct forest_feature *feature); /* false: no memory */
void levels_done(struct levels *levels);

/* The level named by `size` bytes, or FOREST_UNSEEN. */
float levels_find(const struct levels *levels, const char *name, size_t size);

#endif
