/* metrics.h - GET /metrics: the server's metrics in the text format of Prometheus. */
#ifndef API_METRICS_H
#define API_METRICS_H

#include "services/api/app/context.h"

void metrics_scrape(struct thread_context *context, struct request *request, struct response *response);

#endif
