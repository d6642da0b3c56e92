/*
 * webhook.h - POST /webhooks/stripe and /webhooks/formspree: verified, durable, then 200.
 *
 * The signature is checked over the bytes as they came.  While the delivery is written the request sleeps;
 * where it could not be written (disk full) the sender gets 503 with Retry-After and sends it again.
 */
#ifndef API_WEBHOOK_H
#define API_WEBHOOK_H

#include "services/api/app/context.h"

void webhook_stripe(struct thread_context *context, struct request *request, struct response *response);
void webhook_formspree(struct thread_context *context, struct request *request, struct response *response);

#endif
