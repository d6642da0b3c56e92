/* keys.h - API keys: who may predict, who may administer; compared in constant time. */
#ifndef API_KEYS_H
#define API_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "services/api/request.h"

enum { KEYS_MAX = 32, KEYS_DIGEST = 32 };

/* Only their digests are kept, so that all are of one length. */
struct keys {
    size_t count;
    unsigned char digest[KEYS_MAX][KEYS_DIGEST];
};

/* Keys separated by commas; NULL and "" are none. False where there are too many, or a text without any. */
bool keys_read(struct keys *keys, const char *setting);

/* Whether the request bears one of them, as "Authorization: Bearer <key>" or "X-Api-Key: <key>".
 * *which is its number. */
bool keys_admit(const struct keys *keys, const struct request *request, size_t *which);

#endif
