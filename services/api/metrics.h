/* metrics.h - GET /metrics: what the server did, in the text format of Prometheus. */
#ifndef API_METRICS_H
#define API_METRICS_H

#include "services/api/service.h"

void metrics_scrape(struct worker *worker, struct request *request, struct reply *reply);

#endif
