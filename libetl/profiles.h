/*
 * profiles.h - the features of submissions: cleaned once for each way they were written, kept once for each way
 * they are.  A profile is a number that stands for one way of writing all of them.
 */
#ifndef LIBETL_PROFILES_H
#define LIBETL_PROFILES_H

#include "libetl/idmap.h"
#include "libetl/vocabulary.h"

struct profiles {
    const struct config *config;         /* borrowed */
    const struct vocabulary *vocabulary; /* borrowed */
    uint64_t seed;                       /* of the hashes of values (hash.h) */
    struct idmap known;                  /* hashes of features as written -> profiles */
    uint32_t *values;                    /* [count][config->feature_count]: places in texts */
    size_t count, capacity;
    struct idmap places; /* hashes of values -> places in texts */
    char *texts;         /* values, each with its zero */
    size_t texts_size, texts_capacity;
};

/* Start empty; the lender of config and vocabulary outlives it. */
void profiles_begin(struct profiles *profiles, const struct config *config, const struct vocabulary *vocabulary,
                    uint64_t seed);
void profiles_done(struct profiles *profiles);

/* The profile of features as they were written, [config->feature_count] with this hash; false where memory ends. */
bool profiles_find(struct profiles *profiles, uint64_t hash, const struct text *written, uint32_t *profile);

/* The text of a profile's feature; borrowed. */
const char *profiles_value(const struct profiles *profiles, uint32_t profile, size_t feature);

#endif
