/* guard.c - who may use a route, and how often. */
#include "services/api/guard.h"

#include <stdio.h>

#include "services/api/routes.h"
#include "services/common/clock.h"

static bool refuse_key(const struct request *request, struct reply *reply) {
    problem_reply_one(reply, 401, request->id, "header", "Authorization", "key", "must bear a key of this service");
    reply_header_static(reply, "WWW-Authenticate", "Bearer");
    return false;
}

/* Who is to be counted: a key, or an address that a proxy of ours vouches for. */
static bool name_client(const struct service *service, const struct request *request, bool keyed, size_t key,
                        char out[REQUEST_PEER]) {
    if (keyed)
        snprintf(out, REQUEST_PEER, "key %zu", key);
    return keyed || proxies_client(&service->proxies, request, out);
}

static bool is_within_rate(struct service *service, const struct request *request, bool keyed, size_t key,
                           struct reply *reply) {
    char client[REQUEST_PEER], seconds[16];
    if (service->rate.set == NULL || !name_client(service, request, keyed, key, client))
        return true;
    unsigned wait = rate_take(&service->rate, client, clock_monotonic());
    if (wait == 0)
        return true;
    problem_reply_one(reply, 429, request->id, "request", NULL, "rate", "comes too soon after %lld others in a minute",
                      service->options->rate_limit);
    snprintf(seconds, sizeof seconds, "%u", wait);
    reply_header(reply, "Retry-After", seconds);
    return false;
}

bool guard_admit(struct worker *worker, const struct request *request, struct reply *reply) {
    struct service *service = worker->service;
    size_t key = 0;
    switch (request->route->access) {
    case ACCESS_OPEN:
        return true;
    case ACCESS_ADMIN: /* without a key nobody is let in */
        return keys_admit(&service->admin_keys, request, &key) || refuse_key(request, reply);
    case ACCESS_KEY:
        break;
    }
    bool keyed = service->keys.count > 0;
    if (keyed && !keys_admit(&service->keys, request, &key))
        return refuse_key(request, reply);
    return is_within_rate(service, request, keyed, key, reply);
}
