/* guard.c - who may use a route, and how often. */
#include "services/api/guard.h"

#include <stdio.h>

#include "services/api/problem.h"
#include "services/common/clock.h"

bool access_open(struct access *access, const char *api_keys, const char *admin_keys, const char *trusted_proxies,
                 long long per_minute) {
    *access = (struct access){.per_minute = per_minute};
    keys_read(&access->keys, api_keys);
    keys_read(&access->admin_keys, admin_keys);
    proxies_read(&access->proxies, trusted_proxies);
    return per_minute == 0 || rate_open(&access->rate, per_minute);
}

void access_done(struct access *access) {
    rate_done(&access->rate);
}

static bool refuse_key(const struct request *request, struct reply *reply) {
    problem_reply_one(reply, 401, request->id, "header", "Authorization", "key", "must bear a key of this service");
    reply_header_static(reply, "WWW-Authenticate", "Bearer");
    return false;
}

/* Who is to be counted: a key, or an address that a proxy of ours vouches for. */
static bool name_client(const struct access *access, const struct request *request, bool keyed, size_t key,
                        char out[REQUEST_PEER]) {
    if (keyed)
        snprintf(out, REQUEST_PEER, "key %zu", key);
    return keyed || proxies_client(&access->proxies, request, out);
}

static bool is_within_rate(struct access *access, const struct request *request, bool keyed, size_t key,
                           struct reply *reply) {
    char client[REQUEST_PEER], seconds[16];
    if (access->rate.set == NULL || !name_client(access, request, keyed, key, client))
        return true;
    unsigned wait = rate_take(&access->rate, client, clock_monotonic());
    if (wait == 0)
        return true;
    problem_reply_one(reply, 429, request->id, "request", NULL, "rate", "comes too soon after %lld others in a minute",
                      access->per_minute);
    snprintf(seconds, sizeof seconds, "%u", wait);
    reply_header(reply, "Retry-After", seconds);
    return false;
}

bool guard_admit(struct access *access, const struct request *request, struct reply *reply) {
    size_t key = 0;
    switch (request->route->access) {
    case ACCESS_OPEN:
        return true;
    case ACCESS_ADMIN: /* without a key nobody is let in */
        return keys_admit(&access->admin_keys, request, &key) || refuse_key(request, reply);
    case ACCESS_KEY:
        break;
    }
    bool keyed = access->keys.count > 0;
    if (keyed && !keys_admit(&access->keys, request, &key))
        return refuse_key(request, reply);
    return is_within_rate(access, request, keyed, key, reply);
}
