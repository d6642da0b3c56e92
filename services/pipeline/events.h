/* events.h - what the pipeline waits for: signals, the end and the output of children, time. */
#ifndef PIPELINE_EVENTS_H
#define PIPELINE_EVENTS_H

#include <stdbool.h>

#include "services/common/publish.h"

struct events {
    int signals; /* a descriptor */
};

/* From here on SIGTERM, SIGINT and SIGCHLD come as events. */
bool events_open(struct events *events, struct file_error *err);
void events_close(struct events *events);

/* Wait for a signal, for output (a descriptor, or -1), or so many seconds (below 0: for ever).
 * True where SIGTERM or SIGINT came. */
bool events_wait(struct events *events, int output, double seconds);

#endif
