/* health.h - what operators and their probes ask: alive, ready, which model, which version. */
#ifndef API_HEALTH_H
#define API_HEALTH_H

#include "services/api/service.h"

void health_live(struct worker *worker, struct request *request, struct reply *reply);
void health_ready(struct worker *worker, struct request *request, struct reply *reply);
void health_model(struct worker *worker, struct request *request, struct reply *reply);
void health_version(struct worker *worker, struct request *request, struct reply *reply);

/* 503 with Retry-After: there is no model. */
void health_no_model(const struct request *request, struct reply *reply);

#endif
