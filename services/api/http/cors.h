/* cors.h - which websites may ask from a browser: an allow-list of origins. */
#ifndef API_CORS_H
#define API_CORS_H

#include <stdbool.h>

#include "services/api/http/request.h"
#include "services/api/http/response.h"

/* Borrowed from the settings: "https://a.example,https://b.example", "*", or NULL for nobody. */
struct cors {
    const char *origins;
};

/* Whether the list is well formed; an origin is a scheme and a host, without a path. */
bool cors_valid(const char *origins);

/* Let the browser show this reply to the website that asked, where that is allowed. */
void cors_add_headers(const struct cors *cors, const struct request *request, struct response *response);

/* Answer a preflight for a path that takes `methods` ("GET, HEAD"). */
void cors_preflight(const struct cors *cors, const struct request *request, const char *methods,
                    struct response *response);

#endif
