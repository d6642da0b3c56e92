/* webhook_signature.c - whether a webhook delivery is what its sender signed. */
#include "libetl/base/webhook_signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "libetl/base/binary_text.h"
#include "libetl/base/text.h"

enum { MAX_HMAC = 32, MAX_SIGNATURES = 16, MAX_TIME_DIGITS = 18 };

static const struct {
    const char *name; /* as OpenSSL says it */
    size_t size;
} hashes[] = {[ETL_SIGNATURE_SHA256] = {"SHA256", 32}, [ETL_SIGNATURE_SHA1] = {"SHA1", 20}};

/* A parsed header. */
struct signature_header {
    const struct etl_signature_scheme *scheme;
    struct etl_text time; /* as written, because this text is signed; none where its scheme has none */
    int64_t at;
    size_t count;
    unsigned char sums[MAX_SIGNATURES][MAX_HMAC];
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

static void read_signature(struct signature_header *header, struct etl_text value) {
    const struct etl_signature_scheme *scheme = header->scheme;
    bool hex = scheme->encoding == ETL_SIGNATURE_HEX;
    if (header->count < MAX_SIGNATURES &&
        (hex ? etl_hex_decode : etl_base64_decode)(value, header->sums[header->count], hashes[scheme->hash].size))
        header->count++;
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

/* A pair that is neither time nor signature is skipped, for new kinds may come. */
static void read_pair(struct signature_header *header, struct etl_text pair) {
    const struct etl_signature_scheme *scheme = header->scheme;
    const char *equals = memchr(pair.at, '=', pair.size);
    if (equals == NULL)
        return;
    struct etl_text key = etl_text_trim((struct etl_text){pair.at, (size_t)(equals - pair.at)});
    struct etl_text value = etl_text_trim((struct etl_text){equals + 1, pair.size - (size_t)(equals + 1 - pair.at)});
    int64_t at;
    if (etl_text_is(key, scheme->value_key))
        read_signature(header, value);
    else if (scheme->time_key != NULL && etl_text_is(key, scheme->time_key) && value.size <= MAX_TIME_DIGITS &&
             read_time(value, &at)) {
        header->time = value;
        header->at = at; /* of the time that is signed */
    }
}

static bool read_header(struct signature_header *header, const struct etl_signature_scheme *scheme, const char *text) {
    *header = (struct signature_header){.scheme = scheme};
    if (text != NULL && scheme->value_key == NULL) {
        read_signature(header, etl_text_trim((struct etl_text){text, strlen(text)}));
        text = NULL;
    }
    while (text != NULL && *text != '\0') {
        size_t size = strcspn(text, ",");
        read_pair(header, (struct etl_text){text, size});
        text += size + (text[size] == ',');
    }
    return header->count > 0 && (scheme->time_key == NULL || header->time.at != NULL);
}

/* ---- the HMAC ---- */

/* The next piece of what is signed; *pattern moves behind it. */
static struct etl_text next_piece(const char **pattern, struct etl_text time, struct etl_text body) {
    static const char time_mark[] = "{time}", body_mark[] = "{body}";
    const char *at = *pattern;
    size_t size = *at == '{' ? sizeof time_mark - 1 : strcspn(at, "{");
    *pattern += size;
    if (*at != '{')
        return (struct etl_text){at, size};
    return strncmp(at, body_mark, size) == 0 ? body : time;
}

static bool compute_hmac(const struct signature_header *header, struct etl_text secret, struct etl_text body,
                         unsigned char out[MAX_HMAC]) {
    char digest[8];
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("digest", digest, 0), OSSL_PARAM_construct_end()};
    memcpy(digest, hashes[header->scheme->hash].name, strlen(hashes[header->scheme->hash].name) + 1);
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = mac != NULL ? EVP_MAC_CTX_new(mac) : NULL;
    size_t size = 0;
    bool done = context != NULL && EVP_MAC_init(context, (const unsigned char *)secret.at, secret.size, params) == 1;
    for (const char *pattern = header->scheme->signed_text; done && *pattern != '\0';) {
        struct etl_text piece = next_piece(&pattern, header->time, body);
        done = EVP_MAC_update(context, (const unsigned char *)piece.at, piece.size) == 1;
    }
    done = done && EVP_MAC_final(context, out, &size, MAX_HMAC) == 1 && size == hashes[header->scheme->hash].size;
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
    return done;
}

/* All are compared, each in constant time, even after one has matched. */
static bool matches(const struct etl_signature_secrets *secrets, const struct signature_header *header,
                    struct etl_text body) {
    unsigned char sum[MAX_HMAC];
    bool match = false;
    for (size_t i = 0; i < secrets->count; i++)
        if (compute_hmac(header, secrets->secret[i], body, sum))
            for (size_t k = 0; k < header->count; k++)
                match |= CRYPTO_memcmp(sum, header->sums[k], hashes[header->scheme->hash].size) == 0;
    OPENSSL_cleanse(sum, sizeof sum);
    return match;
}

enum etl_signature_result etl_signature_check(const struct etl_signature_scheme *scheme,
                                              const struct etl_signature_secrets *secrets, const char *header,
                                              struct etl_text body, int64_t now) {
    struct signature_header parts;
    if (!read_header(&parts, scheme, header))
        return ETL_SIGNATURE_MISSING;
    if (!matches(secrets, &parts, body))
        return ETL_SIGNATURE_WRONG;
    if (scheme->time_key == NULL)
        return ETL_SIGNATURE_VALID;
    if (now - parts.at > scheme->tolerance_s)
        return ETL_SIGNATURE_TOO_OLD;
    return !scheme->accepts_future && parts.at - now > scheme->tolerance_s ? ETL_SIGNATURE_TOO_EARLY
                                                                           : ETL_SIGNATURE_VALID;
}

const char *etl_signature_text(enum etl_signature_result result) {
    static const char *const texts[] = {"valid", "missing or malformed signature", "the signature matches no secret",
                                        "the signature is too old", "the signature is dated in the future"};
    return texts[result];
}
