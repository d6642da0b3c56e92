/* route.h - what a route is: its path, who may use it, what body it takes, and the function that answers it. */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "services/api/http/request.h"
#include "services/api/http/response.h"

struct thread_context;

typedef void route_handler(struct thread_context *context, struct request *request, struct response *response);

/* What a request brings: nothing, one lead, many, an inference of many, a signed delivery. */
enum route_body { BODY_NONE, BODY_LEAD, BODY_LEADS, BODY_INFERENCE, BODY_DELIVERY };

/* Who may: anyone, whoever has a key (anyone where none are set), whoever has an admin key. */
enum route_access { ACCESS_OPEN, ACCESS_KEY, ACCESS_ADMIN };

struct route {
    const char *path;           /* "{word}" stands for any one segment */
    enum request_method method; /* GET takes HEAD too; OPTIONS is answered for all */
    enum route_body body;
    enum route_access access;
    bool unavailable; /* 503 is among its answers */
    route_handler *handle;
    const char *response_schema; /* the name of a schema in the contract, or a media type */
    const char *summary;
};

/* All routes of the server (routes.h has them); request counts go by a route's place in it. */
struct route_table {
    const struct route *route; /* [count] */
    size_t count;
};

#endif
