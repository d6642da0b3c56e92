/*
 * webhook.h - POST /webhooks/<source>: verify, store, then answer 200.
 *
 * The signature is checked over the bytes as they arrived.  The request sleeps while the delivery is written.  If
 * writing fails (disk full), the sender gets 503 with Retry-After and sends it again.
 */
#ifndef API_WEBHOOK_H
#define API_WEBHOOK_H

#include "services/api/app/context.h"
#include "services/api/webhooks/webhook_store.h"

/* What all sources need; all threads share it. */
struct webhooks {
    struct etl_signature_secrets secrets[ETL_SOURCE_COUNT]; /* none: deliveries of this source are refused */
    bool configured;                                        /* some source has a secret, so the store is open */
    struct webhook_store store;
};

/* Options and instance are borrowed.  False if the store's thread cannot start. */
bool webhooks_open(struct webhooks *webhooks, const struct options *options, const char *instance,
                   void (*wake)(void *waker));
void webhooks_close(struct webhooks *webhooks);

/* Answer a delivery; the last segment of its route is the name of the source. */
void webhook_respond(struct thread_context *context, struct request *request, struct response *response);

#endif
