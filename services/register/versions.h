/* versions.h - registry/versions/<n>/: immutable folders with forest.bin, card.json, more files, and manifest.json. */
#ifndef REGISTER_VERSIONS_H
#define REGISTER_VERSIONS_H

#include "services/register/candidate.h"

/* The numbers of all versions, ascending; the caller frees them. NULL and count 0 where there are none. */
long long *versions_list(const char *data, size_t *count);

/* A further file of a version, as it will be. */
struct version_file {
    const char *name;
    const char *bytes;
    size_t size;
};

/* Store a candidate as a new version with further files. decision (borrowed) is what the gate said; parent 0: none.
 * A version that an interrupted run stored of the same candidate is taken as it is. */
bool versions_store(long long *version, char manifest_sha256[SHA256_HEX], const struct candidate *candidate,
                    const char *data, long long parent, const json_t *decision, const struct version_file *files,
                    size_t file_count, struct file_error *err);

#endif
