/* profiles.c - features as they were written become values that are kept once. */
#include "libetl/profiles.h"

#include <stdlib.h>
#include <string.h>

#include "libetl/array.h"
#include "libetl/hash.h"

void profiles_begin(struct profiles *profiles, const struct config *config, const struct vocabulary *vocabulary,
                    uint64_t seed) {
    *profiles = (struct profiles){.config = config, .vocabulary = vocabulary, .seed = seed};
}

void profiles_done(struct profiles *profiles) {
    idmap_done(&profiles->known);
    idmap_done(&profiles->places);
    free(profiles->values);
    free(profiles->texts);
    *profiles = (struct profiles){0};
}

static bool keep_value(struct profiles *p, const char *value, uint32_t *place) {
    size_t size = strlen(value) + 1;
    uint32_t *known = idmap_at(&p->places, hash_bytes(value, size, p->seed), IDMAP_NONE);
    if (known == NULL)
        return false;
    if (*known == IDMAP_NONE) {
        if (p->texts_size + size > UINT32_MAX || !array_reserve(&p->texts, &p->texts_capacity, p->texts_size + size, 1))
            return false;
        *known = (uint32_t)p->texts_size;
        memcpy(p->texts + p->texts_size, value, size);
        p->texts_size += size;
    }
    *place = *known;
    return true;
}

static bool new_profile(struct profiles *p, const struct text *written, uint32_t *place) {
    size_t features = p->config->feature_count, used = p->count * features;
    char value[VOCABULARY_VALUE];
    if (p->count >= IDMAP_NONE || !array_reserve(&p->values, &p->capacity, used + features, sizeof *p->values))
        return false;
    for (size_t i = 0; i < features; i++) {
        if (!vocabulary_clean(p->vocabulary, i, written[i], value))
            value[0] = '\0';
        if (!keep_value(p, value, &p->values[used + i]))
            return false;
    }
    *place = (uint32_t)p->count++;
    return true;
}

bool profiles_find(struct profiles *p, uint64_t hash, const struct text *written, uint32_t *profile) {
    uint32_t *known = idmap_at(&p->known, hash, IDMAP_NONE);
    if (known == NULL || (*known == IDMAP_NONE && !new_profile(p, written, known)))
        return false;
    *profile = *known;
    return true;
}

const char *profiles_value(const struct profiles *p, uint32_t profile, size_t feature) {
    return p->texts + p->values[profile * p->config->feature_count + feature];
}
