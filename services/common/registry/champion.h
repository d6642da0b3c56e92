/*
 * champion.h - model folders in the registry: reads the alias, verifies every byte, loads the forest.
 *
 * A version folder contains forest.bin, card.json and manifest.json:
 *   manifest.json  {"version":7,"files":{"forest.bin":"<sha256>","card.json":"<sha256>"},"parent":6|null,...}
 *   champion.json  {"version":7,"sha256":"<of manifest.json>","promoted_at":"...Z"}
 * A model is served only if every hash from champion.json to the manifest to the files is correct, forest_load accepts
 * the forest and, if MODEL_PUBLIC_KEY is set, manifest.sig is that key's Ed25519 signature of manifest.json.
 * A manifest may also contain "sources", {"features.csv":"<sha256>",...}: the files from which the model was made.
 * Loading does not read it.
 */
#ifndef COMMON_CHAMPION_H
#define COMMON_CHAMPION_H

#include <jansson.h>

#include "libforest/forest.h"
#include "services/common/store/files.h"

enum { CHAMPION_MAX_JSON = 16 << 20 }; /* bytes of a card, manifest or alias */

struct champion {
    long long version;
    char sha256[SHA256_HEX]; /* of manifest.json */
    struct forest *forest;
    json_t *card;
    json_t *manifest;
};

/* Read a pointer file; false where it is missing or wrong (missing: err->retryable is true). */
MUST_CHECK bool champion_read_alias_at(const struct volume *volume, const char *name, long long *version,
                                       char sha256[SHA256_HEX], struct error *err);

/* Load registry/versions/<version>; its manifest must have the hash given (NULL: any).
 * On failure *out is left alone. champion_done frees what was loaded. */
MUST_CHECK bool champion_load_version_at(struct champion *out, const struct volume *volume, long long version,
                                         const char *sha256, struct error *err);

/* The same of a version whose folder has not got its name yet. */
MUST_CHECK bool champion_load_folder_at(struct champion *out, const struct volume *volume, const char *folder,
                                        long long version, const char *sha256, struct error *err);

/* Load what registry/champion.json points to. */
MUST_CHECK bool champion_load_at(struct champion *out, const struct volume *volume, struct error *err);

void champion_done(struct champion *champion); /* a zeroed struct is fine */

#endif
