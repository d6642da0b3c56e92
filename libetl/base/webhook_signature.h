/*
 * webhook_signature.h - whether a webhook delivery is what Stripe or Formspree signed.
 *
 * Both send a header "t=<seconds since 1970>,v1=<hex>[,v1=<hex>...]", where v1 is the HMAC-SHA256 of
 * "<t>.<body>" under a secret, over the body's bytes as they came.  Unknown keys (v0 too) are skipped; any
 * v1 may match any secret, for a secret may be on its way out.
 */
#ifndef LIBETL_WEBHOOK_SIGNATURE_H
#define LIBETL_WEBHOOK_SIGNATURE_H

#include <stdbool.h>
#include <stdint.h>

#include "libetl/base/text.h"

enum { ETL_SIGNATURE_MAX_SECRETS = 8 };

/* Borrowed from the setting they were read from. */
struct etl_signature_secrets {
    size_t count;
    struct etl_text secret[ETL_SIGNATURE_MAX_SECRETS];
};

/* Secrets apart by commas or white space; NULL or empty is none. False where there are too many. */
bool etl_signature_read_secrets(struct etl_signature_secrets *out, const char *setting);

enum etl_signature_sender { ETL_SIGNATURE_STRIPE, ETL_SIGNATURE_FORMSPREE };

enum etl_signature_result {
    ETL_SIGNATURE_VALID,
    ETL_SIGNATURE_MISSING,  /* no header, or one without a time or a v1 */
    ETL_SIGNATURE_WRONG,    /* no v1 fits any secret */
    ETL_SIGNATURE_TOO_OLD,  /* it fits, but was made more than `tolerance` seconds before now */
    ETL_SIGNATURE_TOO_EARLY /* likewise after now; Stripe's own libraries allow that */
};

/* header may be NULL; now is in seconds since 1970. */
enum etl_signature_result etl_signature_check(enum etl_signature_sender sender,
                                              const struct etl_signature_secrets *secrets, const char *header,
                                              struct etl_text body, int64_t now, int64_t tolerance);

/* The result in words: "fits no secret". */
const char *etl_signature_text(enum etl_signature_result result);

#endif
