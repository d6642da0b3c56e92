/* cors.c - which websites' pages may send requests from a browser. */
#include "services/api/http/cors.h"

#include <string.h>
#include <strings.h>

#include "services/api/http/problem.h"

static bool for_anyone(const struct cors *cors) {
    return cors->origins != NULL && strcmp(cors->origins, "*") == 0;
}

bool cors_valid(const char *origins) {
    if (origins == NULL || strcmp(origins, "*") == 0)
        return true;
    for (const char *at = origins; *at != '\0';) {
        size_t n = strcspn(at, ",");
        size_t scheme = strncmp(at, "https://", 8) == 0 ? 8 : strncmp(at, "http://", 7) == 0 ? 7 : 0;
        if (scheme == 0 || n <= scheme || memchr(at + scheme, '/', n - scheme) != NULL || memchr(at, ' ', n) != NULL)
            return false;
        at += n + (at[n] == ',');
    }
    return true;
}

static bool is_allowed(const struct cors *cors, const char *origin) {
    if (origin == NULL || cors->origins == NULL)
        return false;
    if (for_anyone(cors))
        return true;
    size_t size = strlen(origin);
    for (const char *at = cors->origins; *at != '\0';) {
        size_t n = strcspn(at, ",");
        if (n == size && strncasecmp(at, origin, n) == 0)
            return true;
        at += n + (at[n] == ',');
    }
    return false;
}

void cors_add_headers(const struct cors *cors, const struct request *request, struct response *response) {
    const char *origin = request->header[HEADER_ORIGIN];
    if (cors->origins == NULL)
        return;
    /* Caches must store one answer per website, also for requests without an Origin. */
    if (!for_anyone(cors))
        response_header_static(response, "Vary", "Origin");
    if (!is_allowed(cors, origin))
        return;
    response_header(response, "Access-Control-Allow-Origin", for_anyone(cors) ? "*" : origin);
    response_header_static(response, "Access-Control-Expose-Headers",
                           "X-Model-Version, X-Request-Id, X-Prediction-Warning, Retry-After");
}

void cors_preflight(const struct cors *cors, const struct request *request, const char *methods,
                    struct response *response) {
    if (request->header[HEADER_PREFLIGHT_METHOD] == NULL) {
        response_static(response, 204, NULL, "", 0);
        response_header(response, "Allow", methods);
        return;
    }
    if (!is_allowed(cors, request->header[HEADER_ORIGIN])) {
        problem_respond_one(response, 403, request->id, "header", "Origin", "origin", "not listed in CORS_ORIGINS");
        return;
    }
    response_static(response, 204, NULL, "", 0);
    response_header(response, "Access-Control-Allow-Methods", methods);
    response_header_static(response, "Access-Control-Allow-Headers",
                           "Content-Type, Authorization, X-Api-Key, X-Request-Id, traceparent");
    response_header_static(response, "Access-Control-Max-Age", "600");
}
