/* webhook_signature.c - whether a webhook delivery is what Stripe or Formspree signed. */
#include "libetl/base/webhook_signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "libetl/base/text.h"

enum { HMAC_BYTES = 32, MAX_SIGNATURES = 16, MAX_TIME_DIGITS = 18 };

/* A header taken apart. */
struct signature_header {
    struct etl_text time; /* as written, for it is signed so */
    int64_t at;
    size_t count;
    unsigned char sums[MAX_SIGNATURES][HMAC_BYTES];
};

bool etl_signature_read_secrets(struct etl_signature_secrets *out, const char *setting) {
    static const char apart[] = ", \t\r\n";
    *out = (struct etl_signature_secrets){0};
    for (const char *at = setting != NULL ? setting + strspn(setting, apart) : ""; *at != '\0';) {
        size_t size = strcspn(at, apart);
        if (out->count == ETL_SIGNATURE_MAX_SECRETS)
            return false;
        out->secret[out->count++] = (struct etl_text){at, size};
        at += size;
        at += strspn(at, apart);
    }
    return true;
}

/* ---- the header ---- */

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_hmac(struct etl_text hex, unsigned char out[HMAC_BYTES]) {
    if (hex.size != (size_t)2 * HMAC_BYTES)
        return false;
    for (size_t i = 0; i < HMAC_BYTES; i++) {
        int high = hex_digit(hex.at[2 * i]), low = hex_digit(hex.at[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (unsigned char)(high * 16 + low);
    }
    return true;
}

static bool read_time(struct etl_text digits, int64_t *out) {
    *out = 0;
    for (size_t i = 0; i < digits.size; i++) {
        if (digits.at[i] < '0' || digits.at[i] > '9')
            return false;
        *out = *out * 10 + (digits.at[i] - '0');
    }
    return digits.size > 0;
}

/* A pair that is no time and no v1 is skipped, for new kinds may come. */
static void read_pair(struct signature_header *header, struct etl_text pair) {
    const char *equals = memchr(pair.at, '=', pair.size);
    if (equals == NULL)
        return;
    struct etl_text key = etl_text_trim((struct etl_text){pair.at, (size_t)(equals - pair.at)});
    struct etl_text value = etl_text_trim((struct etl_text){equals + 1, pair.size - (size_t)(equals + 1 - pair.at)});
    int64_t at;
    if (etl_text_is(key, "t") && value.size <= MAX_TIME_DIGITS && read_time(value, &at)) {
        header->time = value;
        header->at = at; /* of the very time that is signed */
    } else if (etl_text_is(key, "v1") && header->count < MAX_SIGNATURES &&
               read_hmac(value, header->sums[header->count]))
        header->count++;
}

static bool read_header(struct signature_header *header, const char *text) {
    *header = (struct signature_header){0};
    while (text != NULL && *text != '\0') {
        size_t size = strcspn(text, ",");
        read_pair(header, (struct etl_text){text, size});
        text += size + (text[size] == ',');
    }
    return header->time.at != NULL && header->count > 0;
}

/* ---- the sum ---- */

/* HMAC-SHA256 of "<time>.<body>". */
static bool compute_hmac(struct etl_text secret, struct etl_text time, struct etl_text body,
                         unsigned char out[HMAC_BYTES]) {
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0), OSSL_PARAM_construct_end()};
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = mac != NULL ? EVP_MAC_CTX_new(mac) : NULL;
    size_t size = 0;
    bool done = context != NULL && EVP_MAC_init(context, (const unsigned char *)secret.at, secret.size, params) == 1 &&
                EVP_MAC_update(context, (const unsigned char *)time.at, time.size) == 1 &&
                EVP_MAC_update(context, (const unsigned char *)".", 1) == 1 &&
                EVP_MAC_update(context, (const unsigned char *)body.at, body.size) == 1 &&
                EVP_MAC_final(context, out, &size, HMAC_BYTES) == 1 && size == HMAC_BYTES;
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
    return done;
}

/* All are compared, each in constant time, whether or not one has fitted already. */
static bool matches(const struct etl_signature_secrets *secrets, const struct signature_header *header,
                    struct etl_text body) {
    unsigned char sum[HMAC_BYTES];
    bool match = false;
    for (size_t i = 0; i < secrets->count; i++)
        if (compute_hmac(secrets->secret[i], header->time, body, sum))
            for (size_t k = 0; k < header->count; k++)
                match |= CRYPTO_memcmp(sum, header->sums[k], HMAC_BYTES) == 0;
    OPENSSL_cleanse(sum, sizeof sum);
    return match;
}

enum etl_signature_result etl_signature_check(enum etl_signature_sender sender,
                                              const struct etl_signature_secrets *secrets, const char *header,
                                              struct etl_text body, int64_t now, int64_t tolerance) {
    struct signature_header parts;
    if (!read_header(&parts, header))
        return ETL_SIGNATURE_MISSING;
    if (!matches(secrets, &parts, body))
        return ETL_SIGNATURE_WRONG;
    if (now - parts.at > tolerance)
        return ETL_SIGNATURE_TOO_OLD;
    return sender == ETL_SIGNATURE_FORMSPREE && parts.at - now > tolerance ? ETL_SIGNATURE_TOO_EARLY
                                                                           : ETL_SIGNATURE_VALID;
}

const char *etl_signature_text(enum etl_signature_result result) {
    static const char *const texts[] = {"valid", "missing or malformed signature", "the signature matches no secret",
                                        "the signature is too old", "the signature is dated in the future"};
    return texts[result];
}
