/* access.c - who may use a route, and how often. */
#include "services/api/access/access.h"

#include <stdio.h>

#include "services/api/http/problem.h"
#include "services/common/util/unix_time.h"

bool access_open(struct access *access, const char *api_keys, const char *admin_keys, const char *trusted_proxies,
                 long long per_minute) {
    *access = (struct access){.per_minute = per_minute};
    api_keys_parse(&access->keys, api_keys);
    api_keys_parse(&access->admin_keys, admin_keys);
    client_ip_parse_proxies(&access->proxies, trusted_proxies);
    return per_minute == 0 || rate_limit_open(&access->rate, per_minute);
}

void access_done(struct access *access) {
    rate_limit_done(&access->rate);
}

static bool reject_key(const struct request *request, const char *which, struct response *response) {
    problem_respond_one(response, 401, request->id, "header", "Authorization", "key", "missing or invalid %s", which);
    response_header_static(response, "WWW-Authenticate", "Bearer");
    return false;
}

/* Whose requests are counted: those of a key, or those of an address that a trusted proxy reports. */
static bool name_client(const struct access *access, const struct request *request, bool keyed, size_t key,
                        char out[REQUEST_PEER]) {
    if (keyed)
        snprintf(out, REQUEST_PEER, "key %zu", key);
    return keyed || client_ip_of_request(&access->proxies, request, out);
}

static bool is_within_rate(struct access *access, const struct request *request, bool keyed, size_t key,
                           struct response *response) {
    char client[REQUEST_PEER], seconds[16];
    if (access->rate.set == NULL || !name_client(access, request, keyed, key, client))
        return true;
    unsigned wait = rate_limit_take(&access->rate, client, monotonic_seconds());
    if (wait == 0)
        return true;
    problem_respond_one(response, 429, request->id, "request", NULL, "rate",
                        "rate limit exceeded: %lld requests per minute", access->per_minute);
    snprintf(seconds, sizeof seconds, "%u", wait);
    response_header(response, "Retry-After", seconds);
    return false;
}

bool access_check(struct access *access, const struct request *request, struct response *response) {
    size_t key = 0;
    switch (request->route->access) {
    case ACCESS_OPEN:
        return true;
    case ACCESS_ADMIN: /* without ADMIN_KEY nobody has access */
        return api_keys_match(&access->admin_keys, request, &key) || reject_key(request, "admin key", response);
    case ACCESS_KEY:
        break;
    }
    bool keyed = access->keys.count > 0;
    if (keyed && !api_keys_match(&access->keys, request, &key))
        return reject_key(request, "API key", response);
    return is_within_rate(access, request, keyed, key, response);
}
