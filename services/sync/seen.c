/* seen.c - remembers hashes in two tables with open addressing. */
#include "services/sync/seen.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/files.h"

enum { HEX = 16 }; /* digits of a hash */

bool seen_open(struct seen *seen, size_t capacity) {
    *seen = (struct seen){.capacity = capacity, .slots = 4};
    while (seen->slots < 2 * capacity)
        seen->slots *= 2;
    seen->young.slot = calloc(seen->slots, sizeof *seen->young.slot);
    seen->old.slot = calloc(seen->slots, sizeof *seen->old.slot);
    return seen->young.slot != NULL && seen->old.slot != NULL;
}

void seen_done(struct seen *seen) {
    free(seen->young.slot);
    free(seen->old.slot);
    *seen = (struct seen){0};
}

/* Where the hash is, or the empty slot where it belongs: hashes are random, so their low bits will do. */
static uint64_t *place(const struct seen *seen, const struct seen_generation *generation, uint64_t hash) {
    size_t i = hash & (seen->slots - 1);
    while (generation->slot[i] != 0 && generation->slot[i] != hash)
        i = (i + 1) & (seen->slots - 1);
    return &generation->slot[i];
}

bool seen_has(const struct seen *seen, uint64_t hash) {
    return *place(seen, &seen->young, hash) != 0 || *place(seen, &seen->old, hash) != 0;
}

static void grow_old(struct seen *seen) {
    struct seen_generation forgotten = seen->old;
    seen->old = seen->young;
    seen->young = forgotten;
    seen->young.count = 0;
    memset(seen->young.slot, 0, seen->slots * sizeof *seen->young.slot);
}

void seen_add(struct seen *seen, uint64_t hash) {
    if (*place(seen, &seen->young, hash) != 0)
        return;
    if (seen->young.count == seen->capacity)
        grow_old(seen);
    *place(seen, &seen->young, hash) = hash;
    seen->young.count++;
}

/* ---- as JSON ---- */

/* One long text, which is a quarter of what a list of numbers would take. */
static json_t *generation_to_json(const struct seen *seen, const struct seen_generation *generation) {
    char *text = malloc(generation->count * HEX + 1), *at = text;
    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < seen->slots; i++)
        if (generation->slot[i] != 0)
            at += snprintf(at, HEX + 1, "%016" PRIx64, generation->slot[i]);
    json_t *value = json_stringn(text, (size_t)(at - text));
    free(text);
    return value;
}

json_t *seen_to_json(const struct seen *seen) {
    return json_pack("[o, o]", generation_to_json(seen, &seen->old), generation_to_json(seen, &seen->young));
}

static uint64_t read_hash(const char *text) {
    char digits[HEX + 1];
    memcpy(digits, text, HEX);
    digits[HEX] = '\0';
    return strtoull(digits, NULL, 16);
}

void seen_from_json(struct seen *seen, const json_t *value) {
    size_t i;
    json_t *generation;
    json_array_foreach(value, i, generation) {
        if (i > 0)
            grow_old(seen);
        const char *text = json_string_value(generation);
        for (size_t at = 0; at + HEX <= json_string_length(generation); at += HEX) {
            uint64_t hash = read_hash(text + at);
            if (hash != 0)
                seen_add(seen, hash);
        }
    }
}

uint64_t seen_hash(const void *bytes, size_t size) {
    char hex[SHA256_HEX];
    bytes_sha256(bytes, size, hex);
    uint64_t hash = read_hash(hex);
    return hash != 0 ? hash : 1;
}
