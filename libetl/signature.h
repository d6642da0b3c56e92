/*
 * signature.h - whether a webhook delivery is what Stripe or Formspree signed.
 *
 * Both send a header "t=<seconds since 1970>,v1=<hex>[,v1=<hex>...]", where v1 is the HMAC-SHA256 of
 * "<t>.<body>" under a secret, over the body's bytes as they came.  Unknown keys (v0 too) are skipped; any
 * v1 may match any secret, for a secret may be on its way out.
 */
#ifndef LIBETL_SIGNATURE_H
#define LIBETL_SIGNATURE_H

#include <stdbool.h>
#include <stdint.h>

#include "libetl/text.h"

enum { SIGNATURE_MAX_SECRETS = 8 };

/* Borrowed from the setting they were read from. */
struct signature_secrets {
    size_t count;
    struct text secret[SIGNATURE_MAX_SECRETS];
};

/* Secrets apart by commas or white space; NULL or empty is none. False where there are too many. */
bool signature_read_secrets(struct signature_secrets *out, const char *setting);

enum signature_sender { SIGNATURE_STRIPE, SIGNATURE_FORMSPREE };

enum signature_result {
    SIGNATURE_VALID,
    SIGNATURE_MISSING,  /* no header, or one without a time or a v1 */
    SIGNATURE_WRONG,    /* no v1 fits any secret */
    SIGNATURE_TOO_OLD,  /* it fits, but was made more than `tolerance` seconds before now */
    SIGNATURE_TOO_EARLY /* likewise after now; Stripe's own libraries allow that */
};

/* header may be NULL; now is in seconds since 1970. */
enum signature_result signature_check(enum signature_sender sender, const struct signature_secrets *secrets,
                                      const char *header, struct text body, int64_t now, int64_t tolerance);

/* The result in words: "fits no secret". */
const char *signature_text(enum signature_result result);

#endif
