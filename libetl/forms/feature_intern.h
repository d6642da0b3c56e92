/*
 * feature_intern.h - the features of submissions.  Each distinct combination of written values is cleaned and stored
 * once; a profile is the number of such a combination.
 *
 * Hashes only find candidates: two combinations are one profile only if their bytes are equal (or the cleaned bytes,
 * for a text that is longer than any value).
 */
#ifndef LIBETL_FEATURE_INTERN_H
#define LIBETL_FEATURE_INTERN_H

#include "libetl/base/hash.h"
#include "libetl/base/idmap.h"
#include "libetl/forms/normalizer.h"

struct etl_feature_intern {
    const struct etl_config *config;         /* borrowed */
    const struct etl_normalizer *normalizer; /* borrowed */
    const struct etl_hash_key *key;          /* borrowed */
    struct etl_idmap known;                  /* hashes of features as written -> profiles */
    uint32_t *values;                        /* [count][config->feature_count]: offsets into texts */
    size_t count, capacity;
    size_t *ways;  /* [count]: offsets into written */
    char *written; /* features as written, each after a byte with its length */
    size_t way_capacity, written_size, written_capacity;
    struct etl_idmap places; /* hashes of values -> offsets into texts */
    char *texts;             /* values, each with a final zero */
    size_t texts_size, texts_capacity;
};

/* Start empty. config, normalizer and key are borrowed and must live longer. */
void etl_feature_intern_begin(struct etl_feature_intern *intern, const struct etl_config *config,
                              const struct etl_normalizer *normalizer, const struct etl_hash_key *key);
void etl_feature_intern_done(struct etl_feature_intern *intern);

/*
 * The profile of features as they were written, [config->feature_count]. hash is the same for the same bytes, and
 * never 0.  False if memory runs out.
 */
bool etl_feature_intern_find(struct etl_feature_intern *intern, uint64_t hash, const struct etl_text *written,
                             uint32_t *profile);

/* The text of a profile's feature; borrowed. */
const char *etl_feature_intern_value(const struct etl_feature_intern *intern, uint32_t profile, size_t feature);

#endif
