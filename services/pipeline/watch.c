/* watch.c - one loop over events: the run, the api, raw/ and the clock. */
#include "services/pipeline/watch.h"

#include <stdlib.h>

#include "services/common/log.h"
#include "services/pipeline/arrivals.h"
#include "services/pipeline/lookout.h"
#include "services/pipeline/run.h"
#include "services/pipeline/server.h"

struct watch {
    const struct watch_options *options;
    struct schedule schedule;
    struct run run;
    struct server server;
    struct lookout lookout;
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
    child_terminate(&w->lookout.child);
}

static void follow_run(struct watch *w) {
    if (!w->run.going)
        return;
    run_continue(&w->run);
    if (!w->run.going)
        schedule_ended(&w->schedule, w->run.code, clock_monotonic());
}

static void start_run(struct watch *w) {
    const char *reason = w->lookout.retrain ? "drift" : schedule_due(&w->schedule, present(), clock_monotonic());
    if (w->run.going || w->stopping || reason == NULL)
        return;
    schedule_started(&w->schedule, present());
    unsetenv("LEADFOREST_RUN"); /* each run has an id of its own */
    lookout_hand_down(&w->lookout);
    w->lookout.retrain = false; /* where the run fails, tomorrow's answer asks again */
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
    lookout_begin(&w->lookout, options->drift_hour, present());
    log_event(LOG_INFO, "watching", "%s", options->data);
    while (!w->stopping || w->run.going || w->server.child.pid != 0 || w->lookout.child.pid != 0) {
        schedule_look(&w->schedule, arrivals_fingerprint(options->data), clock_monotonic());
        lookout_continue(&w->lookout, present(), w->stopping);
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
