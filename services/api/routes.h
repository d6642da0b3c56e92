/* routes.h - the one table of routes: what 404, 405 and Allow, body limits and the contract follow from. */
#ifndef API_ROUTES_H
#define API_ROUTES_H

#include <stddef.h>

#include "services/api/service.h"

typedef void route_handler(struct worker *worker, struct request *request, struct reply *reply);

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
    const char *answer; /* the name of a schema in the contract, or a media type */
    const char *summary;
};

extern const struct route routes[];
extern const size_t routes_count;

/* The route of a path and method, or NULL. */
const struct route *routes_find(const char *path, enum request_method method);

enum { ROUTES_METHODS = 40 };
/* "POST, OPTIONS": what the path takes; false where no route has it. */
bool routes_methods(const char *path, char out[ROUTES_METHODS]);

#endif
