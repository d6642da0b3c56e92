/*
 * model_sync.h - a signed champion from another machine's registry, for a server without the shared volume.
 *
 * MODEL_URL is where a web server shows a registry/ folder: champion.json and versions/<n>/.  The pointer is asked for
 * with If-None-Match.  Where it names a model that is not here, its manifest must have the hash that the pointer says
 * and MODEL_PUBLIC_KEY's signature, every file the hash that the manifest says, and the model must load; only then does
 * the local pointer move, by rename, and the api that watches it takes the model in.  Whatever fails leaves the model
 * that is here.  A copy that no longer verifies is fetched again.  The champion and the one before it stay, others go.
 *
 * Not done: the pointer itself is not signed, since a rollback must be able to name an older version; who owns the web
 * server can therefore show an older model of the same signer, and no other.
 */
#ifndef SYNC_MODEL_SYNC_H
#define SYNC_MODEL_SYNC_H

#include "services/common/util/http.h"
#include "services/common/worker/exit_codes.h"

struct model_sync {
    const char *data;
    const char *url; /* without the last slash or with it */
    const char *key; /* sent as a bearer token; NULL: none */
    const char *public_key;
    double max_wait_s; /* for a server that is busy or down */
};

/* Whether it can be asked at all: a folder that makes its own models is not overwritten, an address must be https. */
MUST_CHECK bool model_sync_validate(const struct model_sync *source, struct error *err);

/*
 * Make the local champion the one at the source.  EXIT_DONE: it is now version *version; EXIT_NOTHING_TO_DO: it was;
 * EXIT_TEMPFAIL or EXIT_DATAERR with err otherwise.
 */
MUST_CHECK enum exit_code model_sync_fetch(const struct model_sync *source, const struct http *http, long long *version,
                                           struct error *err);

#endif
