/*
 * openapi.h - GET /openapi.json: the contract (OpenAPI 3.1).
 *
 * openapi.json is its template, valid as it stands: a new route, field or error is described there. The code adds only
 * what depends on the settings (keys, rate limit) and on the model (inputs, examples).
 */
#ifndef API_OPENAPI_H
#define API_OPENAPI_H

#include "services/api/app/context.h"

void openapi_respond(struct thread_context *context, struct request *request, struct response *response);

#endif
