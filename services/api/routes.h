/* routes.h - the one table of routes: what 404, 405 and Allow, body limits and the contract follow from. */
#ifndef API_ROUTES_H
#define API_ROUTES_H

#include "services/api/http/route.h"

extern const struct route_table routes;

/* The route of a path and method, or NULL. */
const struct route *routes_find(const char *path, enum request_method method);

enum { ROUTES_METHODS = 40 };
/* "POST, OPTIONS": what the path takes; false where no route has it. */
bool routes_methods(const char *path, char out[ROUTES_METHODS]);

#endif
