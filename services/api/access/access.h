/* access.h - who may use a route, and how often: API keys, admin keys and the rate limit. */
#ifndef API_ACCESS_H
#define API_ACCESS_H

#include "services/api/access/api_keys.h"
#include "services/api/access/rate_limit.h"
#include "services/api/http/client_ip.h"
#include "services/api/http/route.h"

struct access {
    struct api_keys keys, admin_keys;
    struct trusted_proxies proxies;
    long long per_minute;   /* requests that one client may send; 0: no limit */
    struct rate_limit rate; /* opened only if there is a limit */
};

/* The settings must have been checked. False if memory runs out. */
bool access_open(struct access *access, const char *api_keys, const char *admin_keys, const char *trusted_proxies,
                 long long per_minute);
void access_done(struct access *access);

/* Whether the request may use its route. If not, the reply is made: 401, or 429 with Retry-After. */
bool access_check(struct access *access, const struct request *request, struct response *response);

#endif
