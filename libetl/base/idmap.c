/* idmap.c - an ordered hash table with open addressing, made of parts that grow separately. */
#include "libetl/base/idmap.h"

#include <stdlib.h>
#include <string.h>

/* An entry is at its home slot or after it. There are some slots after the last home, so that nothing wraps around. */
enum { FIRST_CAPACITY = 16, BEHIND = 64 };

static struct etl_idmap_part *part_of(const struct etl_idmap *map, uint64_t key) {
    return (struct etl_idmap_part *)&map->parts[key >> 58];
}

static size_t room_of(const struct etl_idmap_part *part) {
    return part->capacity > 0 ? (size_t)part->capacity + BEHIND : 0;
}

/* The home slot of a key: its low half as a fraction of the capacity. */
static size_t home_of(const struct etl_idmap_part *part, uint32_t low) {
    return (size_t)((uint64_t)low * part->capacity >> 32);
}

static bool is_empty(const struct etl_idmap_entry *entry) {
    return (entry->low | entry->high) == 0;
}

/* The slot of the key, or the slot where it must be inserted. */
static size_t seek(const struct etl_idmap_part *part, uint32_t low, uint32_t high) {
    size_t at = home_of(part, low), end = room_of(part);
    const struct etl_idmap_entry *entries = part->entries;
    while (at < end && !is_empty(&entries[at]) &&
           (entries[at].low < low || (entries[at].low == low && entries[at].high != high)))
        at++;
    return at;
}

static bool holds(const struct etl_idmap_part *part, size_t at, uint32_t low, uint32_t high) {
    return at < room_of(part) && part->entries[at].low == low && part->entries[at].high == high;
}

/* ---- growing ---- */

/* Move all entries, in order, to the end of the memory. Returns where they begin. */
static size_t pack(struct etl_idmap_part *part, size_t old_room, size_t room) {
    size_t first = room;
    for (size_t at = old_room; at-- > 0;)
        if (!is_empty(&part->entries[at]))
            part->entries[--first] = part->entries[at];
    return first;
}

/*
 * Move each entry from there to its home or the first free slot after it. This never overtakes the entry being read,
 * unless the ids are not random.
 */
static bool spread(struct etl_idmap_part *part, size_t first, size_t room) {
    size_t next = 0;
    for (size_t from = first; from < room; from++) {
        struct etl_idmap_entry entry = part->entries[from];
        size_t home = home_of(part, entry.low), to = home > next ? home : next;
        if (to > from)
            return false;
        memset(&part->entries[next], 0, (to - next) * sizeof entry);
        part->entries[to] = entry;
        next = to + 1;
    }
    memset(&part->entries[next], 0, (room - next) * sizeof *part->entries);
    return true;
}

static bool grow(struct etl_idmap_part *part, size_t capacity) {
    size_t old_room = room_of(part);
    if (capacity > UINT32_MAX / 2)
        return false;
    struct etl_idmap_entry *entries = realloc(part->entries, (capacity + BEHIND) * sizeof *entries);
    if (entries == NULL)
        return false;
    part->entries = entries;
    part->capacity = (uint32_t)capacity;
    return spread(part, pack(part, old_room, room_of(part)), room_of(part));
}

/* Open a gap at `at`; false if there is no empty slot after it. */
static bool make_room(struct etl_idmap_part *part, size_t at) {
    size_t empty = at, end = room_of(part);
    while (empty < end && !is_empty(&part->entries[empty]))
        empty++;
    if (empty >= end)
        return false;
    memmove(&part->entries[at + 1], &part->entries[at], (empty - at) * sizeof *part->entries);
    return true;
}

/* ---- */

uint32_t etl_idmap_find(const struct etl_idmap *map, uint64_t key) {
    const struct etl_idmap_part *part = part_of(map, key);
    uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
    size_t at = seek(part, low, high);
    return holds(part, at, low, high) ? part->entries[at].value : ETL_IDMAP_NONE;
}

uint32_t *etl_idmap_at(struct etl_idmap *map, uint64_t key, uint32_t fresh) {
    struct etl_idmap_part *part = part_of(map, key);
    uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32);
    size_t at = seek(part, low, high);
    if (holds(part, at, low, high))
        return &part->entries[at].value;
    bool full = part->used + part->used / 5 >= part->capacity;
    while (full || !make_room(part, at)) {
        if (!grow(part, (size_t)part->capacity + part->capacity / 4 + FIRST_CAPACITY))
            return NULL;
        full = false;
        at = seek(part, low, high);
    }
    part->entries[at] = (struct etl_idmap_entry){low, high, fresh};
    part->used++;
    return &part->entries[at].value;
}

bool etl_idmap_reserve(struct etl_idmap *map, size_t keys) {
    size_t each = keys / ETL_IDMAP_PARTS;
    bool done = true;
    for (size_t i = 0; done && i < ETL_IDMAP_PARTS; i++)
        done = grow(&map->parts[i], each + each / 3 + FIRST_CAPACITY);
    return done;
}

void etl_idmap_prefetch(const struct etl_idmap *map, uint64_t key) {
    const struct etl_idmap_part *part = part_of(map, key);
    if (part->capacity > 0) { /* most entries are a little after their home */
        const struct etl_idmap_entry *home = &part->entries[home_of(part, (uint32_t)key)];
        __builtin_prefetch(home);
        __builtin_prefetch((const char *)home + 64);
    }
}

void etl_idmap_done(struct etl_idmap *map) {
    for (size_t i = 0; i < ETL_IDMAP_PARTS; i++)
        free(map->parts[i].entries);
    *map = (struct etl_idmap){0};
}
