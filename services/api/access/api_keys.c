/* api_keys.c - API keys, compared in constant time. */
#include "services/api/access/api_keys.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

static bool digest(const char *key, size_t size, unsigned char out[API_KEYS_DIGEST]) {
    return EVP_Digest(key, size, out, NULL, EVP_sha256(), NULL) == 1;
}

static bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Spaces around a key are not part of it: no header's value begins or ends with a space. */
bool api_keys_parse(struct api_keys *keys, const char *setting) {
    const char *at = setting != NULL ? setting : "";
    bool none = *at == '\0';
    keys->count = 0;
    for (at += strspn(at, ", \t\r\n"); *at != '\0'; at += strspn(at, ", \t\r\n")) {
        size_t length = strcspn(at, ","), size = length;
        while (is_space(at[size - 1]))
            size--;
        if (keys->count == API_KEYS_MAX || !digest(at, size, keys->digest[keys->count++]))
            return false;
        at += length;
    }
    return none || keys->count > 0;
}

/* The key that a request sent, or NULL. */
static const char *sent_key(const struct request *request) {
    const char *authorization = request->header[HEADER_AUTHORIZATION];
    if (authorization != NULL && strncasecmp(authorization, "Bearer ", 7) == 0)
        return authorization + 7 + strspn(authorization + 7, " ");
    return request->header[HEADER_API_KEY];
}

bool api_keys_match(const struct api_keys *keys, const struct request *request, size_t *which) {
    unsigned char sent[API_KEYS_DIGEST];
    const char *key = sent_key(request);
    bool found = false;
    if (key == NULL || !digest(key, strlen(key), sent))
        return false;
    for (size_t i = 0; i < keys->count; i++)
        if (CRYPTO_memcmp(sent, keys->digest[i], API_KEYS_DIGEST) == 0) {
            *which = i;
            found = true;
        }
    return found;
}
