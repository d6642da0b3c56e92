/* api_supervisor.h - keeps an api running: restarts it when it ends, after growing waits. */
#ifndef PIPELINE_API_SUPERVISOR_H
#define PIPELINE_API_SUPERVISOR_H

#include "services/common/util/subprocess.h"

struct api_supervisor {
    struct subprocess child;
    double started, start_at; /* seconds of the monotonic clock */
    double wait;              /* before the next start */
};

/* Collect its end and restart it when that is due (not while stopping). */
void api_supervisor_continue(struct api_supervisor *api, double seconds, bool stopping);

/* Seconds until it must be started; below 0: it runs. */
double api_supervisor_seconds_to_start(const struct api_supervisor *api, double seconds);

#endif
