/* versions.h - registry/versions/<n>/: immutable folders with forest.bin, card.json, more files, and manifest.json. */
#ifndef REGISTER_VERSIONS_H
#define REGISTER_VERSIONS_H

#include "services/register/store/candidate.h"

/* The numbers of all versions, ascending; the caller frees them. NULL and count 0 where there are none. */
long long *versions_list(const struct volume *volume, size_t *count);

/* Whether there is such a version; false and err otherwise. */
MUST_CHECK bool versions_exist(const struct volume *volume, long long version, struct error *err);

/* A further file of a version, as it will be. */
struct version_file {
    const char *name;
    const char *bytes;
    size_t size;
};

/* What a version is made of, all borrowed. */
struct version_contents {
    const struct candidate *candidate;
    long long parent;                /* the champion it was compared with; 0: none */
    const json_t *decision;          /* what the gate said */
    const struct version_file *file; /* [files] */
    size_t files;
    const char *signing_key; /* NULL: not signed */
};

/* Store a new version. With it go links to features.csv and schema.json, which the candidate was trained on.
 * A version that an interrupted run stored of the same candidate is taken as it is. */
MUST_CHECK bool versions_store(long long *version, char manifest_sha256[SHA256_HEX], const struct volume *volume,
                               const struct version_contents *contents, struct error *err);

/* Remove a version. */
void versions_discard(const struct volume *volume, long long version);

/* Hash the sources that a manifest names; a manifest without sources is fine. */
MUST_CHECK bool versions_check_sources(const struct volume *volume, long long version, const json_t *manifest,
                                       struct error *err);

#endif
