/* feature_intern.c - features as they were written become values that are kept once. */
#include "libetl/forms/feature_intern.h"

#include <stdlib.h>
#include <string.h>

#include "libetl/base/array.h"
#include "libetl/base/hash.h"

void etl_feature_intern_begin(struct etl_feature_intern *intern, const struct etl_config *config,
                              const struct etl_normalizer *normalizer, uint64_t seed) {
    *intern = (struct etl_feature_intern){.config = config, .normalizer = normalizer, .seed = seed};
}

void etl_feature_intern_done(struct etl_feature_intern *intern) {
    etl_idmap_done(&intern->known);
    etl_idmap_done(&intern->places);
    free(intern->values);
    free(intern->texts);
    *intern = (struct etl_feature_intern){0};
}

static bool keep_value(struct etl_feature_intern *p, const char *value, uint32_t *place) {
    size_t size = strlen(value) + 1;
    uint32_t *known = etl_idmap_at(&p->places, etl_hash_bytes(value, size, p->seed), ETL_IDMAP_NONE);
    if (known == NULL)
        return false;
    if (*known == ETL_IDMAP_NONE) {
        if (p->texts_size + size > UINT32_MAX ||
            !etl_array_reserve(&p->texts, &p->texts_capacity, p->texts_size + size, 1))
            return false;
        *known = (uint32_t)p->texts_size;
        memcpy(p->texts + p->texts_size, value, size);
        p->texts_size += size;
    }
    *place = *known;
    return true;
}

static bool new_profile(struct etl_feature_intern *p, const struct etl_text *written, uint32_t *place) {
    size_t features = p->config->feature_count, used = p->count * features;
    char value[ETL_NORMALIZER_VALUE];
    if (p->count >= ETL_IDMAP_NONE || !etl_array_reserve(&p->values, &p->capacity, used + features, sizeof *p->values))
        return false;
    for (size_t i = 0; i < features; i++) {
        if (!etl_normalizer_apply(p->normalizer, i, written[i], value))
            value[0] = '\0';
        if (!keep_value(p, value, &p->values[used + i]))
            return false;
    }
    *place = (uint32_t)p->count++;
    return true;
}

bool etl_feature_intern_find(struct etl_feature_intern *p, uint64_t hash, const struct etl_text *written,
                             uint32_t *profile) {
    uint32_t *known = etl_idmap_at(&p->known, hash, ETL_IDMAP_NONE);
    if (known == NULL || (*known == ETL_IDMAP_NONE && !new_profile(p, written, known)))
        return false;
    *profile = *known;
    return true;
}

const char *etl_feature_intern_value(const struct etl_feature_intern *p, uint32_t profile, size_t feature) {
    return p->texts + p->values[profile * p->config->feature_count + feature];
}
