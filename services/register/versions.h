/* versions.h - registry/versions/<n>/: immutable folders with forest.bin, card.json and manifest.json. */
#ifndef REGISTER_VERSIONS_H
#define REGISTER_VERSIONS_H

#include "services/register/candidate.h"

/* The numbers of all versions, ascending; the caller frees them. NULL and count 0 where there are none. */
long long *versions_list(const char *data, size_t *count);

/* Store a candidate as a new version. decision (borrowed) is what the gate said; parent 0: none.
 * A version that an interrupted run stored of the same candidate is taken as it is. */
bool versions_store(long long *version, char manifest_sha256[SHA256_HEX], const struct candidate *candidate,
                    const char *data, long long parent, const json_t *decision, struct file_error *err);

#endif
