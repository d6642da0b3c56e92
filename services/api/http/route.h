/* route.h - a route: its path, who may use it, which body it accepts, and the function that answers it. */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "services/api/http/request.h"
#include "services/api/http/response.h"

struct thread_context;

typedef void route_handler(struct thread_context *context, struct request *request, struct response *response);

/* What the body contains: nothing, one lead, many leads, an OIP request, a signed delivery. */
enum route_body { BODY_NONE, BODY_LEAD, BODY_LEADS, BODY_INFERENCE, BODY_DELIVERY };

/* Who may use it: anyone; clients with an API key (anyone if no key is set); clients with the admin key. */
enum route_access { ACCESS_OPEN, ACCESS_KEY, ACCESS_ADMIN };

struct route {
    const char *path;           /* "{word}" matches any one segment */
    enum request_method method; /* GET includes HEAD; OPTIONS is answered for all */
    enum route_body body;
    enum route_access access;
    route_handler *handle;
};

/* All routes of the server (see routes.h). Request counts use a route's index in this table. */
struct route_table {
    const struct route *route; /* [count] */
    size_t count;
};

#endif
