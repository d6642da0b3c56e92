/* category_index.c - a hash table from category names to their numbers. */
#include "services/common/table/category_index.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a (Fowler, Noll, Vo); the names come from our own model, so an attacker cannot choose them. */
static uint32_t hash(const char *name, size_t size) {
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < size; i++)
        h = (h ^ (unsigned char)name[i]) * 16777619u;
    return h ^ h >> 15;
}

bool category_index_open(struct category_index *index, const struct forest_feature *feature) {
    uint32_t slots = 8;
    while (slots < 2 * feature->levels)
        slots *= 2;
    index->feature = feature;
    index->mask = slots - 1;
    index->slot = calloc(slots, sizeof *index->slot);
    if (index->slot == NULL)
        return false;
    for (uint32_t i = 0; i < feature->levels; i++) {
        uint32_t at = hash(feature->level[i], strlen(feature->level[i])) & index->mask;
        while (index->slot[at] != 0)
            at = (at + 1) & index->mask;
        index->slot[at] = i + 1;
    }
    return true;
}

void category_index_done(struct category_index *index) {
    free(index->slot);
    index->slot = NULL;
}

float category_index_find(const struct category_index *index, const char *name, size_t size) {
    for (uint32_t at = hash(name, size) & index->mask; index->slot[at] != 0; at = (at + 1) & index->mask) {
        const char *level = index->feature->level[index->slot[at] - 1];
        if (strlen(level) == size && memcmp(level, name, size) == 0)
            return (float)(index->slot[at] - 1);
    }
    return FOREST_UNSEEN;
}
