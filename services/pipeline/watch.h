/* watch.h - runs the line whenever that is due, and keeps an api alive where asked, until SIGTERM. */
#ifndef PIPELINE_WATCH_H
#define PIPELINE_WATCH_H

#include "services/pipeline/events.h"
#include "services/pipeline/schedule.h"

struct watch_options {
    const char *data;
    double poll; /* seconds between two looks at raw/ */
    struct schedule_times times;
    int drift_hour; /* UTC; below 0: drift is not asked */
    bool serve;
};

/* Returns after SIGTERM, when every child has ended. */
void watch_until_told(const struct watch_options *options, struct events *events);

#endif
