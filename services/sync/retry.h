/*
 * retry.h - when to send a failed request again, and how long to wait before.
 *
 * No response, 408, 429 and 5xx are temporary: the request is sent again after Retry-After, or after 0.5, 1, 2 ... 32
 * s. A part of each pause is random.
 */
#ifndef SYNC_RETRY_H
#define SYNC_RETRY_H

#include "services/common/util/http.h"

/*
 * GET until there is a response that is not temporary; the caller owns *reply.  False and err (retryable, unless the
 * response was too large) where the next pause would make the total wait longer than max_wait_s.
 * where is the URL for errors and the log: without the query after "?".
 */
MUST_CHECK bool retry_get(const struct http *http, const struct http_request *request, const char *where,
                          double max_wait_s, struct http_response *response, struct error *err);

#endif
