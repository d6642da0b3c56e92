/* dedup_cache.c - remembers hashes in two tables with open addressing. */
#include "services/sync/dedup_cache.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/store/files.h"

enum { HEX = 16 }; /* digits of a hash */

bool dedup_cache_open(struct dedup_cache *cache, size_t capacity) {
    *cache = (struct dedup_cache){.capacity = capacity, .slots = 4};
    while (cache->slots < 2 * capacity)
        cache->slots *= 2;
    cache->young.slot = calloc(cache->slots, sizeof *cache->young.slot);
    cache->old.slot = calloc(cache->slots, sizeof *cache->old.slot);
    return cache->young.slot != NULL && cache->old.slot != NULL;
}

void dedup_cache_done(struct dedup_cache *cache) {
    free(cache->young.slot);
    free(cache->old.slot);
    *cache = (struct dedup_cache){0};
}

/* The slot of the hash, or the empty slot where it belongs.  Hashes are random, so their low bits choose the slot. */
static uint64_t *find_slot(const struct dedup_cache *cache, const struct dedup_cache_generation *generation,
                           uint64_t hash) {
    size_t i = hash & (cache->slots - 1);
    while (generation->slot[i] != 0 && generation->slot[i] != hash)
        i = (i + 1) & (cache->slots - 1);
    return &generation->slot[i];
}

bool dedup_cache_has(const struct dedup_cache *cache, uint64_t hash) {
    return *find_slot(cache, &cache->young, hash) != 0 || *find_slot(cache, &cache->old, hash) != 0;
}

static void rotate(struct dedup_cache *cache) {
    struct dedup_cache_generation forgotten = cache->old;
    cache->old = cache->young;
    cache->young = forgotten;
    cache->young.count = 0;
    memset(cache->young.slot, 0, cache->slots * sizeof *cache->young.slot);
}

void dedup_cache_add(struct dedup_cache *cache, uint64_t hash) {
    if (*find_slot(cache, &cache->young, hash) != 0)
        return;
    if (cache->young.count == cache->capacity)
        rotate(cache);
    *find_slot(cache, &cache->young, hash) = hash;
    cache->young.count++;
}

/* ---- as JSON ---- */

/* One long text: a quarter of the size of a list of numbers. */
static json_t *generation_to_json(const struct dedup_cache *cache, const struct dedup_cache_generation *generation) {
    char *text = malloc(generation->count * HEX + 1), *at = text;
    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < cache->slots; i++)
        if (generation->slot[i] != 0)
            at += snprintf(at, HEX + 1, "%016" PRIx64, generation->slot[i]);
    json_t *value = json_stringn(text, (size_t)(at - text));
    free(text);
    return value;
}

json_t *dedup_cache_to_json(const struct dedup_cache *cache) {
    return json_pack("[o, o]", generation_to_json(cache, &cache->old), generation_to_json(cache, &cache->young));
}

static uint64_t read_hash(const char *text) {
    char digits[HEX + 1];
    memcpy(digits, text, HEX);
    digits[HEX] = '\0';
    return strtoull(digits, NULL, 16);
}

void dedup_cache_from_json(struct dedup_cache *cache, const json_t *value) {
    size_t i;
    json_t *generation;
    json_array_foreach(value, i, generation) {
        if (i > 0)
            rotate(cache);
        const char *text = json_string_value(generation);
        for (size_t at = 0; at + HEX <= json_string_length(generation); at += HEX) {
            uint64_t hash = read_hash(text + at);
            if (hash != 0)
                dedup_cache_add(cache, hash);
        }
    }
}

uint64_t dedup_cache_hash(const void *bytes, size_t size) {
    char hex[SHA256_HEX];
    bytes_sha256(bytes, size, hex);
    uint64_t hash = read_hash(hex);
    return hash != 0 ? hash : 1;
}
