/* idmap.c - open addressing with linear probing, in parts that grow on their own. */
#include "libetl/idmap.h"

#include <stdlib.h>

enum { FIRST_CAPACITY = 16 };

static struct idmap_part *part_of(const struct idmap *map, uint64_t key) {
    return (struct idmap_part *)&map->parts[key >> 58];
}

/* Where a key would stand in its part: its low 32 bits as a fraction of the capacity. */
static uint32_t home_of(const struct idmap_part *part, uint64_t key) {
    return (uint32_t)((key & UINT32_MAX) * part->capacity >> 32);
}

static bool holds(const struct idmap_entry *entry, uint64_t key) {
    return entry->low == (uint32_t)key && entry->high == (uint32_t)(key >> 32);
}

static bool is_empty(const struct idmap_entry *entry) {
    return entry->low == 0 && entry->high == 0;
}

/* The key's entry, or the empty one where it belongs. A part always has an empty entry. */
static struct idmap_entry *seek(const struct idmap_part *part, uint64_t key) {
    uint32_t at = home_of(part, key);
    while (!is_empty(&part->entries[at]) && !holds(&part->entries[at], key))
        at = at + 1 < part->capacity ? at + 1 : 0;
    return &part->entries[at];
}

static bool grow(struct idmap_part *part) {
    struct idmap_part larger = {.capacity = part->capacity + part->capacity / 2, .used = part->used};
    if (part->capacity > UINT32_MAX / 3)
        return false;
    if (larger.capacity == 0)
        larger.capacity = FIRST_CAPACITY;
    larger.entries = calloc(larger.capacity, sizeof *larger.entries);
    if (larger.entries == NULL)
        return false;
    for (uint32_t i = 0; i < part->capacity; i++) {
        const struct idmap_entry *entry = &part->entries[i];
        if (!is_empty(entry))
            *seek(&larger, (uint64_t)entry->high << 32 | entry->low) = *entry;
    }
    free(part->entries);
    *part = larger;
    return true;
}

uint32_t idmap_find(const struct idmap *map, uint64_t key) {
    const struct idmap_part *part = part_of(map, key);
    if (part->capacity == 0)
        return IDMAP_NONE;
    const struct idmap_entry *entry = seek(part, key);
    return is_empty(entry) ? IDMAP_NONE : entry->value;
}

uint32_t *idmap_at(struct idmap *map, uint64_t key, uint32_t fresh) {
    struct idmap_part *part = part_of(map, key);
    if (part->used + part->used / 4 >= part->capacity && !grow(part))
        return NULL;
    struct idmap_entry *entry = seek(part, key);
    if (is_empty(entry)) {
        *entry = (struct idmap_entry){(uint32_t)key, (uint32_t)(key >> 32), fresh};
        part->used++;
    }
    return &entry->value;
}

void idmap_prefetch(const struct idmap *map, uint64_t key) {
    const struct idmap_part *part = part_of(map, key);
    if (part->capacity > 0)
        __builtin_prefetch(&part->entries[home_of(part, key)]);
}

size_t idmap_count(const struct idmap *map) {
    size_t count = 0;
    for (size_t i = 0; i < IDMAP_PARTS; i++)
        count += map->parts[i].used;
    return count;
}

void idmap_done(struct idmap *map) {
    for (size_t i = 0; i < IDMAP_PARTS; i++)
        free(map->parts[i].entries);
    *map = (struct idmap){0};
}
