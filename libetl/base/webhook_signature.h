/*
 * webhook_signature.h - verifies the signature of a webhook delivery, over the body's bytes as they arrived.
 *
 * A sender signs with HMAC and a shared secret, and sends the result in a header: alone, or among pairs such as
 * "t=<seconds since 1970>,v1=<hex>[,v1=<hex>...]".  Pairs with other keys are skipped.  Any signature may match any
 * secret, because two secrets are valid while one is replaced.
 */
#ifndef LIBETL_WEBHOOK_SIGNATURE_H
#define LIBETL_WEBHOOK_SIGNATURE_H

#include <stdbool.h>
#include <stdint.h>

#include "libetl/base/text.h"

enum { ETL_SIGNATURE_MAX_SECRETS = 8 };

/* Borrowed from the setting. */
struct etl_signature_secrets {
    size_t count;
    struct etl_text secret[ETL_SIGNATURE_MAX_SECRETS];
};

/* Secrets separated by commas or white space; NULL or empty means none. False if there are too many. */
bool etl_signature_read_secrets(struct etl_signature_secrets *out, const char *setting);

enum etl_signature_hash { ETL_SIGNATURE_SHA256, ETL_SIGNATURE_SHA1 };
enum etl_signature_encoding { ETL_SIGNATURE_HEX, ETL_SIGNATURE_BASE64 };

/* How a sender signs. */
struct etl_signature_scheme {
    const char *header;    /* "Stripe-Signature" */
    const char *time_key;  /* "t": the key of the pair with the time; NULL: there is none */
    const char *value_key; /* "v1": the key of the pairs with signatures; NULL: the header is one signature */
    enum etl_signature_hash hash;
    enum etl_signature_encoding encoding;
    const char *signed_text; /* "{time}.{body}": what is signed */
    int64_t tolerance_s;     /* seconds by which the time may differ from ours */
    bool accepts_future;     /* only times before ours are limited */
};

enum etl_signature_result {
    ETL_SIGNATURE_VALID,
    ETL_SIGNATURE_MISSING,  /* no header, or one without a signature or the time that belongs to it */
    ETL_SIGNATURE_WRONG,    /* no signature matches any secret */
    ETL_SIGNATURE_TOO_OLD,  /* it matches, but was made more than the tolerance before now */
    ETL_SIGNATURE_TOO_EARLY /* it matches, but was made more than the tolerance after now */
};

/* header may be NULL; now is in seconds since 1970. */
enum etl_signature_result etl_signature_check(const struct etl_signature_scheme *scheme,
                                              const struct etl_signature_secrets *secrets, const char *header,
                                              struct etl_text body, int64_t now);

/* The result in words: "the signature matches no secret". */
const char *etl_signature_text(enum etl_signature_result result);

#endif
