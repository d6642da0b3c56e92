/* cors.h - which websites' pages may send requests from a browser: a list of allowed origins. */
#ifndef API_CORS_H
#define API_CORS_H

#include <stdbool.h>

#include "services/api/http/request.h"
#include "services/api/http/response.h"

/* Borrowed from the settings: "https://a.example,https://b.example", "*", or NULL for no website. */
struct cors {
    const char *origins;
};

/* Whether the list is well formed; an origin is a scheme and a host, without a path. */
bool cors_valid(const char *origins);

/* Allow the browser to give this reply to the website's page, if its origin is on the list. */
void cors_add_headers(const struct cors *cors, const struct request *request, struct response *response);

/* Answer a preflight for a path with these methods ("GET, HEAD"). */
void cors_preflight(const struct cors *cors, const struct request *request, const char *methods,
                    struct response *response);

#endif
