/*
 * webhook.h - POST /webhooks/stripe and /webhooks/formspree: verify, store, then answer 200.
 *
 * The signature is checked over the bytes as they arrived.  The request sleeps while the delivery is written.  If
 * writing fails (disk full), the sender gets 503 with Retry-After and sends it again.
 */
#ifndef API_WEBHOOK_H
#define API_WEBHOOK_H

#include "services/api/app/context.h"

void webhook_stripe(struct thread_context *context, struct request *request, struct response *response);
void webhook_formspree(struct thread_context *context, struct request *request, struct response *response);

#endif
