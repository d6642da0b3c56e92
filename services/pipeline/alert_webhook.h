/*
 * alert_webhook.h - one message to the operator's webhook.
 *
 * POST, application/json: {"id":"<uuid>","type":"drift.alarm","time":"...Z","host":"...","text":"<a line for a
 * person>", "details":{...}}.  If a secret is set, the header Leadforest-Signature is "t=<seconds since
 * 1970>,v1=<hex>", the HMAC-SHA256 of "<t>.<body>" under it, as Stripe signs.
 */
#ifndef PIPELINE_ALERT_WEBHOOK_H
#define PIPELINE_ALERT_WEBHOOK_H

#include <jansson.h>

#include "services/common/util/http.h"
#include "services/common/util/unix_time.h"
#include "services/common/worker/exit_codes.h"

enum { ALERT_WEBHOOK_MAX_BYTES = 16000 /* bytes of a message */ };

/* The message's text, for the caller to free; details (stolen) may be NULL. NULL: out of memory. */
char *alert_webhook_message(const char *type, const char *text, json_t *details, unix_time now);

/*
 * Send it; without an answer, or after 429 or 5xx, try again after growing waits, four times in all.  EXIT_DONE:
 * accepted (2xx); EXIT_TEMPFAIL: no attempt succeeded; EXIT_USAGE: the address rejects it.  problem says why.
 */
enum exit_code alert_webhook_send(const struct http *http, const char *url, const char *secret, const char *body,
                                  char problem[200]);

#endif
