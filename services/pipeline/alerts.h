/* alerts.h - messages on their way: each is sent by a child process, so that a receiver that hangs holds up nothing. */
#ifndef PIPELINE_ALERTS_H
#define PIPELINE_ALERTS_H

#include <jansson.h>

#include "services/pipeline/child.h"

enum { ALERTS_WAITING = 16 };

struct alerts {
    bool wanted; /* there is somebody to tell */
    size_t count;
    char *waiting[ALERTS_WAITING]; /* the first one is being sent while the child runs */
    struct child child;
};

void alerts_begin(struct alerts *alerts, bool wanted);
void alerts_done(struct alerts *alerts);

/* Have it sent; details are stolen. Of too many that wait the newest is dropped, which is logged. */
void alerts_say(struct alerts *alerts, const char *type, const char *text, json_t *details);

/* Start the next and notice the end of the last (while stopping no other is started). */
void alerts_continue(struct alerts *alerts, bool stopping);

#endif
