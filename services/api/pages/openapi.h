/*
 * openapi.h - GET /openapi.json: the OpenAPI 3.1 document, made from the table of routes, the settings and the model.
 *
 */
#ifndef API_OPENAPI_H
#define API_OPENAPI_H

#include "services/api/app/context.h"

void openapi_respond(struct thread_context *context, struct request *request, struct response *response);

#endif
