/* health.h - the routes for operators and health probes: /livez, /readyz, /model, /version. */
#ifndef API_HEALTH_H
#define API_HEALTH_H

#include "services/api/app/context.h"

void health_live(struct thread_context *context, struct request *request, struct response *response);
void health_ready(struct thread_context *context, struct request *request, struct response *response);
void health_model(struct thread_context *context, struct request *request, struct response *response);
void health_version(struct thread_context *context, struct request *request, struct response *response);

/* Reply 503 with Retry-After: no model is loaded. */
void health_no_model(const struct request *request, struct response *response);

#endif
