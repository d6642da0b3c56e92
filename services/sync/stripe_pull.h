/*
 * stripe_pull.h - pulls payments from Stripe's list API.
 *
 * Stripe keeps events for 30 days.  So a first pull, a backfill, and a pull after a pause that long fetch the objects
 * themselves as well.  libetl/stripe/stripe_kind.h lists which lists and events are requested.
 *
 * Lists begin with the newest, so a pull walks into the past and moves the cursor's `since` only at the end.  A pull
 * that was interrupted continues where it stopped, and then fetches what is new.
 */
#ifndef SYNC_STRIPE_PULL_H
#define SYNC_STRIPE_PULL_H

#include "services/sync/json_client.h"
#include "services/sync/record_sink.h"

struct stripe_pull {
    bool backfill;       /* fetch all objects, whatever the cursor says */
    long long overlap_s; /* fetch again events up to this much older than the newest one known */
};

/* False and err where it failed; what was committed until then stays, and the next pull continues there. */
MUST_CHECK bool stripe_pull(const struct stripe_pull *pull, const struct json_client *client, struct record_sink *sink,
                            struct error *err);

#endif
