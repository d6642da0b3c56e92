/* alert_queue.h - alerts waiting to be sent, each by a child process, so that a receiver that hangs delays nothing. */
#ifndef PIPELINE_ALERT_QUEUE_H
#define PIPELINE_ALERT_QUEUE_H

#include <jansson.h>

#include "services/common/util/subprocess.h"

enum { ALERT_QUEUE_MAX = 16 };

struct alert_queue {
    bool enabled; /* an alert webhook is configured */
    size_t count;
    char *waiting[ALERT_QUEUE_MAX]; /* the first one is being sent while the child runs */
    struct subprocess child;
};

void alert_queue_begin(struct alert_queue *alert_queue, bool enabled);
void alert_queue_done(struct alert_queue *alert_queue);

/* Queue an alert; details are stolen.  If the queue is full, the alert is dropped, which is logged. */
void alert_queue_add(struct alert_queue *alert_queue, const char *type, const char *text, json_t *details);

/* Start sending the next alert and collect the end of the last; while stopping, none is started. */
void alert_queue_continue(struct alert_queue *alert_queue, bool stopping);

#endif
