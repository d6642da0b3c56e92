/* server.h - an api kept alive: started again when it dies, with growing patience. */
#ifndef PIPELINE_SERVER_H
#define PIPELINE_SERVER_H

#include "services/pipeline/child.h"

struct server {
    struct child child;
    double started, start_at; /* seconds of the monotonic clock */
    double wait;              /* before the next start */
};

/* Notice its end and start it where that is due (not while stopping). */
void server_continue(struct server *server, double seconds, bool stopping);

/* Seconds until it must be started; below 0: it runs. */
double server_patience(const struct server *server, double seconds);

#endif
