/* scheduler.h - runs the line whenever that is due, and keeps an api alive where asked, until SIGTERM. */
#ifndef PIPELINE_SCHEDULER_H
#define PIPELINE_SCHEDULER_H

#include "services/pipeline/events.h"
#include "services/pipeline/run_schedule.h"

struct scheduler_options {
    const char *data;
    double poll; /* seconds between two looks at raw/ */
    struct run_schedule_times times;
    struct cron drift; /* when drift is asked */
    double limit;      /* seconds that a stage may take */
    bool serve;
    bool alert; /* tell an operator's webhook */
};

/* Returns after SIGTERM, when every child has ended. */
void scheduler_run(const struct scheduler_options *options, struct events *events);

#endif
