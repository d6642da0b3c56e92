/* client_ip.h - the address of the client behind trusted proxies (X-Forwarded-For). */
#ifndef API_CLIENT_IP_H
#define API_CLIENT_IP_H

#include <stdbool.h>
#include <stddef.h>

#include "services/api/http/request.h"

enum { CLIENT_IP_MAX_PROXIES = 32 };

struct trusted_proxies {
    size_t count;
    struct {
        unsigned char bytes[16]; /* IPv6; IPv4 is mapped into it */
        unsigned bits;           /* that must agree */
    } range[CLIENT_IP_MAX_PROXIES];
};

/* "10.0.0.0/8,192.168.1.7,fd00::/8"; NULL means none. False if it is invalid. */
bool client_ip_parse_proxies(struct trusted_proxies *proxies, const char *setting);

/*
 * The client that sent a request to our proxies: the last address in X-Forwarded-For that is not a trusted proxy,
 * without its port and in one spelling. Of IPv6 only the /64 network counts, because a user can choose any address in
 * it. False if the request did not come through a trusted proxy: then anybody could have written the header.
 */
bool client_ip_of_request(const struct trusted_proxies *proxies, const struct request *request, char out[REQUEST_PEER]);

#endif
