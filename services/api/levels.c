/* levels.c - a hash table from names of categories to their numbers. */
#include "services/api/levels.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a (Fowler, Noll, Vo); the names come from our own model, so nobody can choose them to collide. */
static uint32_t hash(const char *name, size_t size) {
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < size; i++)
        h = (h ^ (unsigned char)name[i]) * 16777619u;
    return h ^ h >> 15;
}

bool levels_open(struct levels *levels, const struct forest_feature *feature) {
    uint32_t room = 8;
    while (room < 2 * feature->levels)
        room *= 2;
    levels->feature = feature;
    levels->mask = room - 1;
    levels->slot = calloc(room, sizeof *levels->slot);
    if (levels->slot == NULL)
        return false;
    for (uint32_t i = 0; i < feature->levels; i++) {
        uint32_t at = hash(feature->level[i], strlen(feature->level[i])) & levels->mask;
        while (levels->slot[at] != 0)
            at = (at + 1) & levels->mask;
        levels->slot[at] = i + 1;
    }
    return true;
}

void levels_done(struct levels *levels) {
    free(levels->slot);
    levels->slot = NULL;
}

float levels_find(const struct levels *levels, const char *name, size_t size) {
    for (uint32_t at = hash(name, size) & levels->mask; levels->slot[at] != 0; at = (at + 1) & levels->mask) {
        const char *level = levels->feature->level[levels->slot[at] - 1];
        if (strlen(level) == size && memcmp(level, name, size) == 0)
            return (float)(levels->slot[at] - 1);
    }
    return FOREST_UNSEEN;
}
