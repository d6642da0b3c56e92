/* events.h - what the pipeline waits for: signals, the end and the output of children, time. */
#ifndef PIPELINE_EVENTS_H
#define PIPELINE_EVENTS_H

#include <stdbool.h>

#include "services/common/util/error.h"

struct events {
    int signals; /* a descriptor */
};

/* From here on SIGTERM, SIGINT and SIGCHLD come as events. */
MUST_CHECK bool events_open(struct events *events, struct error *err);
void events_close(struct events *events);

enum { EVENTS_MOST = 8 };
/* Wait for a signal, for one of count descriptors (-1: none) to be readable, or so many seconds (below 0: without
 * limit). True if SIGTERM or SIGINT came. */
bool events_wait(struct events *events, const int *readable, size_t count, double seconds);

#endif
