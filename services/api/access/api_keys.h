/* api_keys.h - API keys: who may predict, who may administer; compared in constant time. */
#ifndef API_API_KEYS_H
#define API_API_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "services/api/http/request.h"

enum { API_KEYS_MAX = 32, API_KEYS_DIGEST = 32 };

/* Only their digests are kept, so that all are of one length. */
struct api_keys {
    size_t count;
    unsigned char digest[API_KEYS_MAX][API_KEYS_DIGEST];
};

/* Keys separated by commas; NULL and "" are none. False where there are too many, or a text without any. */
bool api_keys_parse(struct api_keys *keys, const char *setting);

/* Whether the request bears one of them, as "Authorization: Bearer <key>" or "X-Api-Key: <key>".
 * *which is its number. */
bool api_keys_match(const struct api_keys *keys, const struct request *request, size_t *which);

#endif
