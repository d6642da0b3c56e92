/* feature_intern.c - stores each distinct feature value and combination of values once. */
#include "libetl/forms/feature_intern.h"

#include <stdlib.h>
#include <string.h>

#include "libetl/base/array.h"

void etl_feature_intern_begin(struct etl_feature_intern *intern, const struct etl_config *config,
                              const struct etl_normalizer *normalizer, const struct etl_hash_key *key) {
    *intern = (struct etl_feature_intern){.config = config, .normalizer = normalizer, .key = key};
}

void etl_feature_intern_done(struct etl_feature_intern *intern) {
    etl_idmap_done(&intern->known);
    etl_idmap_done(&intern->places);
    free(intern->values);
    free(intern->texts);
    free(intern->ways);
    free(intern->written);
    *intern = (struct etl_feature_intern){0};
}

/* The next hash to try if another text or profile has this one. */
static uint64_t next_hash(uint64_t hash) {
    return hash < UINT64_MAX ? hash + 1 : 1;
}

/* ---- values ---- */

static bool add_value(struct etl_feature_intern *p, const char *value, size_t size, uint32_t *place) {
    if (p->texts_size + size > UINT32_MAX || !etl_array_reserve(&p->texts, &p->texts_capacity, p->texts_size + size, 1))
        return false;
    *place = (uint32_t)p->texts_size;
    memcpy(p->texts + p->texts_size, value, size);
    p->texts_size += size;
    return true;
}

/* The place of a value, which is stored once. */
static bool keep_value(struct etl_feature_intern *p, const char *value, uint32_t *place) {
    size_t size = strlen(value) + 1;
    for (uint64_t hash = etl_hash_bytes(p->key, ETL_HASH_FEATURE, value, size);; hash = next_hash(hash)) {
        uint32_t *known = etl_idmap_at(&p->places, hash, ETL_IDMAP_NONE);
        if (known == NULL || (*known == ETL_IDMAP_NONE && !add_value(p, value, size, known)))
            return false;
        *place = *known;
        if (strcmp(p->texts + *place, value) == 0)
            return true;
    }
}

/* ---- features as written ---- */

/* Longer than any value: only the cleaned bytes are kept. */
static bool is_long(struct etl_text written) {
    return written.size >= ETL_NORMALIZER_VALUE;
}

static struct etl_text shorten(struct etl_text written, char clean[ETL_NORMALIZER_VALUE]) {
    size_t size = etl_text_clean(written, clean, ETL_NORMALIZER_VALUE);
    return (struct etl_text){clean, size < ETL_NORMALIZER_VALUE ? size : 0};
}

static bool keep_written(struct etl_feature_intern *p, const struct etl_text *written) {
    size_t most = p->config->feature_count * ETL_NORMALIZER_VALUE;
    char clean[ETL_NORMALIZER_VALUE];
    if (!etl_array_reserve(&p->written, &p->written_capacity, p->written_size + most, 1))
        return false;
    for (size_t i = 0; i < p->config->feature_count; i++) {
        struct etl_text kept = is_long(written[i]) ? shorten(written[i], clean) : written[i];
        p->written[p->written_size++] = (char)kept.size;
        if (kept.size > 0)
            memcpy(p->written + p->written_size, kept.at, kept.size);
        p->written_size += kept.size;
    }
    return true;
}

static bool is_written_so(const struct etl_feature_intern *p, uint32_t profile, const struct etl_text *written) {
    const char *at = p->written + p->ways[profile];
    char clean[ETL_NORMALIZER_VALUE];
    for (size_t i = 0; i < p->config->feature_count; i++) {
        struct etl_text kept = {at + 1, (unsigned char)*at};
        if (!text_equals(kept, is_long(written[i]) ? shorten(written[i], clean) : written[i]))
            return false;
        at = kept.at + kept.size;
    }
    return true;
}

/* ---- profiles ---- */

static bool add_profile(struct etl_feature_intern *p, const struct etl_text *written, uint32_t *profile) {
    size_t features = p->config->feature_count, used = p->count * features;
    char value[ETL_NORMALIZER_VALUE];
    if (p->count >= ETL_IDMAP_NONE ||
        !etl_array_reserve(&p->values, &p->capacity, used + features, sizeof *p->values) ||
        !etl_array_reserve(&p->ways, &p->way_capacity, p->count + 1, sizeof *p->ways))
        return false;
    for (size_t i = 0; i < features; i++) {
        if (!etl_normalizer_apply(p->normalizer, i, written[i], value))
            value[0] = '\0';
        if (!keep_value(p, value, &p->values[used + i]))
            return false;
    }
    p->ways[p->count] = p->written_size;
    *profile = (uint32_t)p->count++;
    return keep_written(p, written);
}

bool etl_feature_intern_find(struct etl_feature_intern *p, uint64_t hash, const struct etl_text *written,
                             uint32_t *profile) {
    for (;; hash = next_hash(hash)) {
        uint32_t *known = etl_idmap_at(&p->known, hash, ETL_IDMAP_NONE);
        if (known == NULL || (*known == ETL_IDMAP_NONE && !add_profile(p, written, known)))
            return false;
        *profile = *known;
        if (is_written_so(p, *profile, written))
            return true;
    }
}

const char *etl_feature_intern_value(const struct etl_feature_intern *p, uint32_t profile, size_t feature) {
    return p->texts + p->values[profile * p->config->feature_count + feature];
}
