/* json_client.h - one request to a JSON API: retried while that can help; its status explained, its response parsed. */
#ifndef SYNC_JSON_CLIENT_H
#define SYNC_JSON_CLIENT_H

#include <jansson.h>

#include "services/common/util/http.h"
#include "services/sync/url_query.h"

/* How to reach an API; all borrowed. */
struct json_client {
    const struct http *http;
    const char *url; /* "https://api.stripe.com" */
    const char *key;
    const char *header; /* one more header, or NULL */
    double max_wait_s;  /* for an API that is busy or down */
};

/*
 * The object that the API returns with status 200; the caller decrefs it.  Otherwise NULL and err: retryable where the
 * API was busy or not reachable for max_wait_s.  status may be NULL; *status is the status of the response, or 0
 * without a response.
 */
MUST_CHECK json_t *json_client_get(const struct json_client *client, const struct url_query *query, long *status,
                                   struct error *err);

#endif
