/* openapi.h - GET /openapi.json: the contract (OpenAPI 3.1), made from the table of routes, the settings and the model.
 */
#ifndef API_OPENAPI_H
#define API_OPENAPI_H

#include "services/api/service.h"

void openapi_show(struct worker *worker, struct request *request, struct reply *reply);

#endif
