/* api_keys.h - API keys: who may predict and who may administer. They are compared in constant time. */
#ifndef API_API_KEYS_H
#define API_API_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "services/api/http/request.h"

enum { API_KEYS_MAX = 32, API_KEYS_DIGEST = 32 };

/* Only digests are kept, so that all have the same length. */
struct api_keys {
    size_t count;
    unsigned char digest[API_KEYS_MAX][API_KEYS_DIGEST];
};

/* Keys separated by commas; NULL and "" mean no keys. False if there are too many, or if a text contains no key. */
bool api_keys_parse(struct api_keys *keys, const char *setting);

/* Whether the request has one of them, as "Authorization: Bearer <key>" or "X-Api-Key: <key>". *which is its number. */
bool api_keys_match(const struct api_keys *keys, const struct request *request, size_t *which);

#endif
