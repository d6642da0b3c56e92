/* intern.c - interning: equal records of one width get one number, counted from 0 as they first come. */
#include "libforest/base/intern.h"

#include "libforest/base/keyed_rng.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 64

void lf_intern_init(struct lf_intern *intern, size_t width) {
    *intern = (struct lf_intern){.width = width};
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
static size_t find(const struct lf_intern *intern, const uint32_t *record, uint64_t hash) {
    size_t mask = intern->slots - 1, i = hash & mask;
    for (; intern->slot[i] != 0; i = (i + 1) & mask)
        if (intern->slot[i] >> 32 == hash >> 32 &&
            memcmp(lf_intern_at(intern, (uint32_t)intern->slot[i] - 1), record, intern->width) == 0)
            break;
    return i;
}

static bool grow_slots(struct lf_intern *intern) {
    size_t slots = intern->slots ? intern->slots * 2 : FIRST_SLOTS;
    uint64_t *slot = calloc(slots, sizeof *slot);
    if (slot == NULL)
        return false;
    for (uint32_t number = 0; number < intern->count; number++) {
        uint64_t hash = hash_record(lf_intern_at(intern, number), intern->width / 4);
        size_t i = hash & (slots - 1);
        while (slot[i] != 0)
            i = (i + 1) & (slots - 1);
        slot[i] = hash >> 32 << 32 | (number + 1);
    }
    free(intern->slot);
    intern->slot = slot;
    intern->slots = slots;
    return true;
}

static bool grow_records(struct lf_intern *intern) {
    uint32_t capacity = intern->capacity ? intern->capacity + intern->capacity / 2 : 16;
    uint32_t *record = capacity > intern->capacity ? reallocarray(intern->record, capacity, intern->width) : NULL;
    if (record == NULL)
        return false;
    intern->record = record;
    intern->capacity = capacity;
    return true;
}

bool lf_intern_add(struct lf_intern *intern, const uint32_t *record, uint32_t *number) {
    uint64_t hash = hash_record(record, intern->width / 4);
    size_t i = intern->slots > 0 ? find(intern, record, hash) : 0;
    if (intern->slots > 0 && intern->slot[i] != 0) { /* one that is there takes no memory */
        *number = (uint32_t)intern->slot[i] - 1;
        return true;
    }
    if (intern->count + (uint64_t)intern->count / 2 >= intern->slots) {
        if (!grow_slots(intern))
            return false;
        i = find(intern, record, hash);
    }
    if (intern->count == intern->capacity && !grow_records(intern))
        return false;
    memcpy(intern->record + intern->count * (intern->width / 4), record, intern->width);
    *number = intern->count++;
    intern->slot[i] = hash >> 32 << 32 | intern->count;
    return true;
}

void lf_intern_done(struct lf_intern *intern) {
    free(intern->record);
    free(intern->slot);
    *intern = (struct lf_intern){.width = intern->width};
}
