/* watch.c - one loop over events: the run, the api, raw/ and the clock. */
#include "services/pipeline/watch.h"

#include <stdlib.h>

#include "services/common/log.h"
#include "services/pipeline/arrivals.h"
#include "services/pipeline/run.h"
#include "services/pipeline/server.h"

struct watch {
    const struct watch_options *options;
    struct schedule schedule;
    struct run run;
    struct server server;
    bool stopping;
};

static moment present(void) {
    moment now = 0;
    clock_now(NULL, &now);
    return now;
}

static void stop(struct watch *w) {
    if (!w->stopping)
        log_event(LOG_INFO, "stopping", "told to stop");
    w->stopping = true;
    run_terminate(&w->run);
    child_terminate(&w->server.child);
}

static void follow_run(struct watch *w) {
    if (!w->run.going)
        return;
    run_continue(&w->run);
    if (!w->run.going)
        schedule_ended(&w->schedule, w->run.code, clock_monotonic());
}

static void start_run(struct watch *w) {
    const char *reason = schedule_due(&w->schedule, present(), clock_monotonic());
    if (w->run.going || w->stopping || reason == NULL)
        return;
    schedule_started(&w->schedule, present());
    unsetenv("LEADFOREST_RUN"); /* each run has an id of its own */
    run_begin(&w->run, w->options->data, reason);
    if (!w->run.going)
        schedule_ended(&w->schedule, w->run.code, clock_monotonic());
}

/* Seconds until there is something to do without an event. */
static double patience(const struct watch *w) {
    double api = w->options->serve && !w->stopping ? server_patience(&w->server, clock_monotonic()) : -1;
    return api >= 0 && api < w->options->poll ? api : w->options->poll;
}

void watch_until_told(const struct watch_options *options, struct events *events) {
    struct watch *w = calloc(1, sizeof *w);
    if (w == NULL)
        return;
    w->options = options;
    schedule_begin(&w->schedule, &options->times, present());
    log_event(LOG_INFO, "watching", "%s", options->data);
    while (!w->stopping || w->run.going || w->server.child.pid != 0) {
        schedule_look(&w->schedule, arrivals_fingerprint(options->data), clock_monotonic());
        start_run(w);
        if (options->serve)
            server_continue(&w->server, clock_monotonic(), w->stopping);
        if (events_wait(events, w->run.going ? w->run.child.output : -1, patience(w)))
            stop(w);
        follow_run(w);
        if (options->serve)
            server_continue(&w->server, clock_monotonic(), w->stopping);
    }
    free(w);
}
