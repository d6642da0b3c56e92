/*
 * webhook_signature.h - whether a webhook delivery is what its sender signed, over the body's bytes as they came.
 *
 * A sender signs by HMAC under a secret that both know and writes the result into a header of its own: alone, or among
 * pairs such as "t=<seconds since 1970>,v1=<hex>[,v1=<hex>...]".  Pairs with other keys are skipped; any signature may
 * match any secret, for a secret may be on its way out.
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

enum etl_signature_hash { ETL_SIGNATURE_SHA256, ETL_SIGNATURE_SHA1 };
enum etl_signature_encoding { ETL_SIGNATURE_HEX, ETL_SIGNATURE_BASE64 };

/* How a sender signs. */
struct etl_signature_scheme {
    const char *header;    /* "Stripe-Signature" */
    const char *time_key;  /* "t": the pair in it that says when; NULL: nothing does */
    const char *value_key; /* "v1": the pairs in it that are signatures; NULL: the header is one signature */
    enum etl_signature_hash hash;
    enum etl_signature_encoding encoding;
    const char *signed_text; /* "{time}.{body}": what is signed */
    int64_t tolerance_s;     /* seconds that the time may be away from ours */
    bool accepts_future;     /* before ours only */
};

enum etl_signature_result {
    ETL_SIGNATURE_VALID,
    ETL_SIGNATURE_MISSING,  /* no header, or one without a signature or the time that belongs to it */
    ETL_SIGNATURE_WRONG,    /* no signature fits any secret */
    ETL_SIGNATURE_TOO_OLD,  /* it fits, but was made more than the tolerance before now */
    ETL_SIGNATURE_TOO_EARLY /* likewise after now */
};

/* header may be NULL; now is in seconds since 1970. */
enum etl_signature_result etl_signature_check(const struct etl_signature_scheme *scheme,
                                              const struct etl_signature_secrets *secrets, const char *header,
                                              struct etl_text body, int64_t now);

/* The result in words: "fits no secret". */
const char *etl_signature_text(enum etl_signature_result result);

#endif
