/* health.h - what operators and their probes ask: alive, ready, which model, which version. */
#ifndef API_HEALTH_H
#define API_HEALTH_H

#include "services/api/app/context.h"

void health_live(struct thread_context *context, struct request *request, struct response *response);
void health_ready(struct thread_context *context, struct request *request, struct response *response);
void health_model(struct thread_context *context, struct request *request, struct response *response);
void health_version(struct thread_context *context, struct request *request, struct response *response);

/* 503 with Retry-After: there is no model. */
void health_no_model(const struct request *request, struct response *response);

#endif
