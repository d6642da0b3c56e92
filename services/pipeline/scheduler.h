/* scheduler.h - runs the pipeline whenever it is due, and an api if configured, until SIGTERM. */
#ifndef PIPELINE_SCHEDULER_H
#define PIPELINE_SCHEDULER_H

#include "services/pipeline/events.h"
#include "services/pipeline/run_schedule.h"

struct scheduler_options {
    const char *data;
    double poll; /* seconds between two checks of raw/ */
    struct run_schedule_times times;
    struct cron drift; /* when drift runs */
    double limit;      /* seconds that a stage may take */
    bool serve;
    bool alert; /* send alerts to the operator's webhook */
};

/* Returns after SIGTERM, when every child has ended. */
void scheduler_run(const struct scheduler_options *options, struct events *events);

#endif
