/* healthcheck.h - checks whether a running server is alive: a container's health check without curl. */
#ifndef API_HEALTHCHECK_H
#define API_HEALTHCHECK_H

#include <stdbool.h>

/* GET /livez on this machine, with a timeout of two seconds; true if the answer is 200. */
bool healthcheck_is_alive(const char *host, long long port);

#endif
