/*
 * stripe_pull.h - pulls payments from Stripe's list API.
 *
 * Stripe keeps events for 30 days.  So a first pull, one asked for (backfill), and one after a pause that long, take
 * the objects themselves as well.  Which lists and events are asked for stands in libetl/stripe/stripe_kind.h.
 *
 * Lists give the newest first, so a pull is a walk into the past that moves the cursor's `since` only when it has
 * arrived; one that was interrupted goes on where it stopped, and then what is new is walked.
 */
#ifndef SYNC_STRIPE_PULL_H
#define SYNC_STRIPE_PULL_H

#include "services/sync/json_client.h"
#include "services/sync/record_sink.h"

struct stripe_pull {
    bool backfill;       /* take the objects, whatever the cursor says */
    long long overlap_s; /* look again at events this much older than the newest one known */
};

/* False and err where it stopped; what was committed until then stays, and the next pull continues. */
MUST_CHECK bool stripe_pull(const struct stripe_pull *pull, const struct json_client *client, struct record_sink *sink,
                            struct error *err);

#endif
