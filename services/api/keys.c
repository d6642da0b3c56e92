/* keys.c - API keys, compared in constant time. */
#include "services/api/keys.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

static bool digest(const char *key, size_t size, unsigned char out[KEYS_DIGEST]) {
    return EVP_Digest(key, size, out, NULL, EVP_sha256(), NULL) == 1;
}

bool keys_read(struct keys *keys, const char *setting) {
    keys->count = 0;
    for (const char *at = setting != NULL ? setting : ""; *at != '\0';) {
        size_t size = strcspn(at, ",");
        if (size > 0 && (keys->count == KEYS_MAX || !digest(at, size, keys->digest[keys->count++])))
            return false;
        at += size + (at[size] == ',');
    }
    return true;
}

/* The key a request bears, or NULL. */
static const char *borne_key(const struct request *request) {
    const char *authorization = request->header[HEADER_AUTHORIZATION];
    if (authorization != NULL && strncasecmp(authorization, "Bearer ", 7) == 0)
        return authorization + 7 + strspn(authorization + 7, " ");
    return request->header[HEADER_API_KEY];
}

bool keys_admit(const struct keys *keys, const struct request *request, size_t *which) {
    unsigned char borne[KEYS_DIGEST];
    const char *key = borne_key(request);
    bool found = false;
    if (key == NULL || !digest(key, strlen(key), borne))
        return false;
    for (size_t i = 0; i < keys->count; i++)
        if (CRYPTO_memcmp(borne, keys->digest[i], KEYS_DIGEST) == 0) {
            *which = i;
            found = true;
        }
    return found;
}
