/*
 * feature_intern.h - the features of submissions: cleaned once for each way they were written, kept once for each way
 * they are.  A profile is a number that stands for one way of writing all of them.
 *
 * Hashes only find what may be equal: two ways of writing are one profile only where the bytes are the same (of a text
 * that is longer than any value, the cleaned bytes).
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
    uint32_t *values;                        /* [count][config->feature_count]: places in texts */
    size_t count, capacity;
    size_t *ways;  /* [count]: places in written */
    char *written; /* features as written, each behind a byte of its length */
    size_t way_capacity, written_size, written_capacity;
    struct etl_idmap places; /* hashes of values -> places in texts */
    char *texts;             /* values, each with its zero */
    size_t texts_size, texts_capacity;
};

/* Start empty; the lender of config, normalizer and key outlives it. */
void etl_feature_intern_begin(struct etl_feature_intern *intern, const struct etl_config *config,
                              const struct etl_normalizer *normalizer, const struct etl_hash_key *key);
void etl_feature_intern_done(struct etl_feature_intern *intern);

/* The profile of features as they were written, [config->feature_count].  The hash is the same for the same bytes, and
 * never 0.  False where memory ends. */
bool etl_feature_intern_find(struct etl_feature_intern *intern, uint64_t hash, const struct etl_text *written,
                             uint32_t *profile);

/* The text of a profile's feature; borrowed. */
const char *etl_feature_intern_value(const struct etl_feature_intern *intern, uint32_t profile, size_t feature);

#endif
