/* client_ip.h - which addresses are our own proxies, and who then really asks (X-Forwarded-For). */
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

/* "10.0.0.0/8,192.168.1.7,fd00::/8"; NULL is none. False where it is wrong. */
bool client_ip_parse_proxies(struct trusted_proxies *proxies, const char *setting);

/*
 * Who a request came from before it met our proxies: of all X-Forwarded-For the last address that is none of
 * them, without its port, in one spelling; of IPv6 the network (/64), in which its user chooses as he likes.
 * False where it did not come through a proxy of ours: then nobody vouches for the header.
 */
bool client_ip_of_request(const struct trusted_proxies *proxies, const struct request *request, char out[REQUEST_PEER]);

#endif
