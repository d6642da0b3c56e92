/* signature.c - whether a webhook delivery is what Stripe or Formspree signed. */
#include "libetl/signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

enum { MAC = 32, MAX_V1 = 8 };

/* A header taken apart. */
struct signed_header {
    const char *time; /* as written, for it is signed so */
    size_t time_size;
    int64_t at;
    size_t count;
    unsigned char v1[MAX_V1][MAC];
};

static int hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_mac(const char *text, size_t size, unsigned char mac[MAC]) {
    for (size_t i = 0; i < MAC && size == 2 * MAC; i++) {
        int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        mac[i] = (unsigned char)(high * 16 + low);
    }
    return size == 2 * MAC;
}

static bool read_time(struct signed_header *out, const char *text, size_t size) {
    int64_t at = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        at = at * 10 + (text[i] - '0');
    }
    out->time = text;
    out->time_size = size;
    out->at = at;
    return true;
}

/* A pair that is no time and no MAC is skipped, for new kinds may come. */
static bool read_header(struct signed_header *out, const char *header) {
    *out = (struct signed_header){0};
    for (const char *at = header; *at != '\0';) {
        size_t size = strcspn(at, ",");
        if (size > 2 && size <= 20 && strncmp(at, "t=", 2) == 0 && !read_time(out, at + 2, size - 2))
            return false;
        if (size > 3 && strncmp(at, "v1=", 3) == 0 && out->count < MAX_V1)
            out->count += read_mac(at + 3, size - 3, out->v1[out->count]);
        at += size + (at[size] == ',');
    }
    return out->time != NULL && out->count > 0;
}

/* HMAC-SHA256 of "<t>.<body>". */
static bool compute(const struct signed_header *header, const char *secret, size_t secret_size, const void *body,
                    size_t size, unsigned char mac[MAC]) {
    size_t mac_size = MAC;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, NULL, (const unsigned char *)secret, secret_size);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = key != NULL && context != NULL && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
                EVP_DigestSignUpdate(context, header->time, header->time_size) == 1 &&
                EVP_DigestSignUpdate(context, ".", 1) == 1 && EVP_DigestSignUpdate(context, body, size) == 1 &&
                EVP_DigestSignFinal(context, mac, &mac_size) == 1 && mac_size == MAC;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return good;
}

/* Every pair is compared, in constant time, whether or not one has fitted. */
static bool fits(const struct signed_header *header, const char *secrets, const void *body, size_t size) {
    bool found = false;
    for (const char *at = secrets; *at != '\0';) {
        unsigned char mac[MAC];
        size_t length = strcspn(at, ",");
        if (length > 0 && compute(header, at, length, body, size, mac))
            for (size_t i = 0; i < header->count; i++)
                found |= CRYPTO_memcmp(mac, header->v1[i], MAC) == 0;
        at += length + (at[length] == ',');
    }
    return found;
}

enum signature_verdict signature_check(const char *header, const char *secrets, const void *body, size_t size,
                                       int64_t now, int64_t ahead) {
    struct signed_header taken;
    if (header == NULL || !read_header(&taken, header))
        return SIGNATURE_MALFORMED;
    if (!fits(&taken, secrets, body, size))
        return SIGNATURE_WRONG;
    return now - taken.at > SIGNATURE_PATIENCE || taken.at - now > ahead ? SIGNATURE_STALE : SIGNATURE_GOOD;
}

const char *signature_word(enum signature_verdict verdict) {
    static const char *const words[] = {"is good", "is missing or malformed", "fits no secret", "is too old"};
    return words[verdict];
}
