/* routes.h - the table of routes. 404, 405, Allow and body limits are derived from it. */
#ifndef API_ROUTES_H
#define API_ROUTES_H

#include "services/api/http/route.h"

extern const struct route_table routes;

/* The route with this path and method, or NULL. */
const struct route *routes_find(const char *path, enum request_method method);

enum { ROUTES_METHODS = 40 };
/* The methods of a path, such as "POST, OPTIONS"; false if no route has this path. */
bool routes_methods(const char *path, char out[ROUTES_METHODS]);

#endif
