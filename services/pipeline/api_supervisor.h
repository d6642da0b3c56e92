/* api_supervisor.h - an api kept alive: started again when it dies, with growing patience. */
#ifndef PIPELINE_API_SUPERVISOR_H
#define PIPELINE_API_SUPERVISOR_H

#include "services/common/util/subprocess.h"

struct api_supervisor {
    struct subprocess child;
    double started, start_at; /* seconds of the monotonic clock */
    double wait;              /* before the next start */
};

/* Notice its end and start it where that is due (not while stopping). */
void api_supervisor_continue(struct api_supervisor *api, double seconds, bool stopping);

/* Seconds until it must be started; below 0: it runs. */
double api_supervisor_seconds_to_start(const struct api_supervisor *api, double seconds);

#endif
