/* guard.h - who may use a route, and how often. */
#ifndef API_GUARD_H
#define API_GUARD_H

#include "services/api/service.h"

/* Whether the request may go on to its route; where not the reply is made: 401, or 429 with Retry-After. */
bool guard_admit(struct worker *worker, const struct request *request, struct reply *reply);

#endif
