/*
 * model_sync.h - a signed champion from another machine's registry, for a server without the shared volume.
 *
 * MODEL_URL is where a web server publishes a registry/ folder: champion.json and versions/<n>/.  champion.json is
 * requested with If-None-Match.  Where it names a model that is not stored here, the manifest must have the hash in
 * champion.json and a signature by MODEL_PUBLIC_KEY, every file must have its hash in the manifest, and the model must
 * load.  Only then the local champion.json is replaced, by rename, and the api that watches it loads the model.  After
 * any failure the local model stays.  A local copy that no longer verifies is fetched again.  The champion and the one
 * before it are kept, others are deleted.
 *
 * champion.json itself is not signed, since a rollback must be able to name an older version.  Whoever controls the web
 * server can therefore serve an older model of the same signer, but no other.
 */
#ifndef SYNC_MODEL_SYNC_H
#define SYNC_MODEL_SYNC_H

#include "services/common/store/volume.h"
#include "services/common/util/http.h"
#include "services/common/worker/exit_codes.h"

struct model_sync {
    const struct volume *volume;
    const char *url; /* without the last slash or with it */
    const char *key; /* sent as a bearer token; NULL: none */
    const char *public_key;
    double max_wait_s; /* for a server that is busy or down */
};

/* Check the settings: a registry that trains its own models is not overwritten, and the URL must be https. */
MUST_CHECK bool model_sync_validate(const struct model_sync *source, struct error *err);

/*
 * Make the local champion the one at the source.  EXIT_DONE: it is now version *version; EXIT_NOTHING_TO_DO: it was;
 * EXIT_TEMPFAIL or EXIT_DATAERR with err otherwise.
 */
MUST_CHECK enum exit_code model_sync_fetch(const struct model_sync *source, const struct http *http, long long *version,
                                           struct error *err);

#endif
