/* pool.c - interning: equal records of one width get one number, counted from 0 as they first come. */
#include "libforest/pool.h"

#include "libforest/rng.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 64

void lf_pool_init(struct lf_pool *pool, size_t width) {
    *pool = (struct lf_pool){.width = width};
}

static uint64_t hash_record(const uint32_t *record, size_t words) {
    uint64_t hash = words;
    for (size_t i = 0; i + 1 < words; i += 2) {
        hash = (hash ^ record[i] ^ (uint64_t)record[i + 1] << 32) * 0x9fb21c651e98df25U;
        hash ^= hash >> 29;
    }
    return lf_mix(words & 1 ? hash ^ record[words - 1] : hash);
}

/* Where the record is, or the free slot where it would be. */
static size_t find(const struct lf_pool *pool, const uint32_t *record, uint64_t hash) {
    size_t mask = pool->slots - 1, i = hash & mask;
    for (; pool->slot[i] != 0; i = (i + 1) & mask)
        if (pool->slot[i] >> 32 == hash >> 32 &&
            memcmp(lf_pool_at(pool, (uint32_t)pool->slot[i] - 1), record, pool->width) == 0)
            break;
    return i;
}

static bool grow_slots(struct lf_pool *pool) {
    size_t slots = pool->slots ? pool->slots * 2 : FIRST_SLOTS;
    uint64_t *slot = calloc(slots, sizeof *slot);
    if (slot == NULL)
        return false;
    for (uint32_t number = 0; number < pool->count; number++) {
        uint64_t hash = hash_record(lf_pool_at(pool, number), pool->width / 4);
        size_t i = hash & (slots - 1);
        while (slot[i] != 0)
            i = (i + 1) & (slots - 1);
        slot[i] = hash >> 32 << 32 | (number + 1);
    }
    free(pool->slot);
    pool->slot = slot;
    pool->slots = slots;
    return true;
}

static bool grow_records(struct lf_pool *pool) {
    uint32_t capacity = pool->capacity ? pool->capacity + pool->capacity / 2 : 16;
    uint32_t *record = capacity > pool->capacity ? reallocarray(pool->record, capacity, pool->width) : NULL;
    if (record == NULL)
        return false;
    pool->record = record;
    pool->capacity = capacity;
    return true;
}

bool lf_pool_intern(struct lf_pool *pool, const uint32_t *record, uint32_t *number) {
    uint64_t hash = hash_record(record, pool->width / 4);
    size_t i = pool->slots > 0 ? find(pool, record, hash) : 0;
    if (pool->slots > 0 && pool->slot[i] != 0) { /* one that is there takes no memory */
        *number = (uint32_t)pool->slot[i] - 1;
        return true;
    }
    if (pool->count + (uint64_t)pool->count / 2 >= pool->slots) {
        if (!grow_slots(pool))
            return false;
        i = find(pool, record, hash);
    }
    if (pool->count == pool->capacity && !grow_records(pool))
        return false;
    memcpy(pool->record + pool->count * (pool->width / 4), record, pool->width);
    *number = pool->count++;
    pool->slot[i] = hash >> 32 << 32 | pool->count;
    return true;
}

void lf_pool_done(struct lf_pool *pool) {
    free(pool->record);
    free(pool->slot);
    *pool = (struct lf_pool){.width = pool->width};
}
