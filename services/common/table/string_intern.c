/* string_intern.c - numbers for texts: an open-addressing hash table over one buffer of bytes. */
#include "services/common/table/string_intern.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "libetl/base/array.h"

enum { FIRST_SLOTS = 64 };

/* FNV-1a with a last mix, since the low bits choose the slot. */
static uint64_t hash_of(const char *text) {
    uint64_t h = 0xcbf29ce484222325u;
    for (; *text != '\0'; text++)
        h = (h ^ (unsigned char)*text) * 0x100000001b3u;
    return h ^ h >> 32;
}

/* The slot of the text, or the free slot where it must be inserted. */
static size_t find_slot(const struct string_intern *d, const char *text) {
    size_t at = hash_of(text) & (d->slots - 1);
    while (d->slot[at] != 0 && strcmp(string_intern_text(d, d->slot[at] - 1), text) != 0)
        at = (at + 1) & (d->slots - 1);
    return at;
}

/* Keep at least every second slot free. */
static bool grow_slots(struct string_intern *d) {
    if (2 * (d->count + 1) <= d->slots)
        return true;
    size_t slots = d->slots > 0 ? 2 * d->slots : FIRST_SLOTS;
    uint32_t *slot = slots <= UINT32_MAX ? calloc(slots, sizeof *slot) : NULL;
    if (slot == NULL)
        return false;
    free(d->slot);
    d->slot = slot;
    d->slots = slots;
    for (uint32_t i = 0; i < d->count; i++)
        slot[find_slot(d, string_intern_text(d, i))] = i + 1;
    return true;
}

static bool grow_texts(struct string_intern *d, size_t more) {
    return etl_array_reserve(&d->offset, &d->offset_capacity, d->count + 1, sizeof *d->offset) &&
           etl_array_reserve(&d->bytes, &d->capacity, d->used + more, 1);
}

bool string_intern_add(struct string_intern *d, const char *text, uint32_t *number) {
    size_t size = strlen(text) + 1;
    if (!grow_slots(d))
        return false;
    size_t at = find_slot(d, text);
    if (d->slot[at] == 0) {
        if (!grow_texts(d, size))
            return false;
        memcpy(d->bytes + d->used, text, size);
        d->offset[d->count++] = d->used;
        d->used += size;
        d->slot[at] = (uint32_t)d->count;
    }
    *number = d->slot[at] - 1;
    return true;
}

const char *string_intern_text(const struct string_intern *d, uint32_t number) {
    assert(number < d->count);
    return d->bytes + d->offset[number];
}

void string_intern_done(struct string_intern *d) {
    free(d->offset);
    free(d->bytes);
    free(d->slot);
    *d = (struct string_intern){0};
}
