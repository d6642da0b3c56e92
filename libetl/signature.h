/*
 * signature.h - whether a webhook delivery is what Stripe or Formspree signed.
 *
 * Both send a header "t=<seconds since 1970>,v1=<hex>[,v1=<hex>...]", where v1 is the HMAC-SHA256 of
 * "<t>.<body>" under a secret, over the body's bytes as they came.  Unknown keys are skipped, any v1 may
 * match (a secret may just be changing), and there may be several secrets.
 */
#ifndef LIBETL_SIGNATURE_H
#define LIBETL_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

enum signature_verdict {
    SIGNATURE_GOOD,
    SIGNATURE_MALFORMED, /* no header, no time, or no v1 */
    SIGNATURE_WRONG,     /* no v1 fits any secret */
    SIGNATURE_STALE      /* it fits, but was made too long ago (or too far ahead) */
};

enum { SIGNATURE_PATIENCE = 300 }; /* seconds, as both senders recommend */

/*
 * header may be NULL.  secrets are separated by commas.  ahead: how many seconds the sender's clock may be
 * before `now`; Stripe's own libraries allow any (INT64_MAX), Formspree's as many as behind.
 */
enum signature_verdict signature_check(const char *header, const char *secrets, const void *body, size_t size,
                                       int64_t now, int64_t ahead);

/* For people: "has no signature" and so on. */
const char *signature_word(enum signature_verdict verdict);

#endif
