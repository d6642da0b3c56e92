/*
 * retry.h - when a refused request is worth another try, and how long to wait before it.
 *
 * No answer, 408, 429 and 5xx pass: they are tried again after what Retry-After says, or after 0.5, 1, 2 ... 32 s.
 * Of each pause a part is left to chance.
 */
#ifndef SYNC_RETRY_H
#define SYNC_RETRY_H

#include "services/common/util/http.h"

/*
 * GET until there is an answer that does not pass by itself; the caller owns *reply.  False and err (retryable,
 * unless the answer was too large) where the next pause would make the waiting longer than max_wait_s.
 * where is the address as errors and the log may tell it: without what stands after "?".
 */
MUST_CHECK bool retry_get(const struct http *http, const struct http_request *request, const char *where,
                          double max_wait_s, struct http_response *response, struct error *err);

#endif
