/* watch.c - one loop over events: the run, the api, raw/ and the clock. */
#include "services/pipeline/watch.h"

#include <stdio.h>
#include <stdlib.h>

#include "services/common/log.h"
#include "services/common/volume.h"
#include "services/pipeline/arrivals.h"
#include "services/pipeline/lookout.h"
#include "services/pipeline/news.h"
#include "services/pipeline/notice.h"
#include "services/pipeline/run.h"
#include "services/pipeline/server.h"

struct watch {
    const struct watch_options *options;
    struct schedule schedule;
    struct run run;
    struct server server;
    struct lookout lookout;
    struct alerts alerts;
    struct news news;
    int notice;    /* that raw/ has changed */
    double looked; /* at raw/, monotonic seconds */
    bool gone;     /* raw/ had files and has none */
    bool answers;  /* the run in hand is what drift asked for */
    bool put_off;  /* and such a run ended with "try later": its retry is that too */
    bool stopping;
};

/* However often it is told of changes, raw/ is looked at no oftener. */
static const double least_pause = 0.2;

static void stop(struct watch *w) {
    if (!w->stopping)
        log_event(LOG_INFO, "stopping", "told to stop");
    w->stopping = true;
    run_terminate(&w->run);
    child_terminate(&w->server.child);
    child_terminate(&w->lookout.child);
    child_terminate(&w->alerts.child);
}

static void end_run(struct watch *w) {
    schedule_ended(&w->schedule, w->run.code, clock_monotonic());
    w->put_off = w->answers && w->run.code == EXIT_TRY_LATER;
    if (w->answers) {
        w->lookout.retrain = w->put_off; /* where it failed for good, tomorrow's answer asks again */
    }
    news_run(&w->news, &w->run, clock_monotonic());
}

static void follow_run(struct watch *w) {
    if (!w->run.going)
        return;
    run_continue(&w->run);
    if (!w->run.going)
        end_run(w);
}

static void start_run(struct watch *w) {
    const char *reason = schedule_due(&w->schedule, clock_now(), clock_monotonic());
    if (w->lookout.retrain && !w->put_off)
        reason = "drift";
    if (w->run.going || w->stopping || w->gone || reason == NULL)
        return;
    schedule_started(&w->schedule, clock_now());
    unsetenv("LEADFOREST_RUN"); /* each run has an id of its own */
    lookout_hand_down(&w->lookout);
    w->answers = w->lookout.retrain;
    run_begin(&w->run, w->options->data, reason, w->options->limit);
    if (!w->run.going)
        end_run(w);
}

/* Files of raw/ are never deleted: where all are gone the volume is. Nothing runs until they are back. */
static void tell_volume(struct watch *w) {
    char text[PATH_MAX + 100];
    w->gone = !w->gone;
    snprintf(text, sizeof text, "%s/" VOLUME_RAW "%s", w->options->data,
             w->gone ? " holds no files any more; is the volume away?" : " is back");
    log_event(w->gone ? LOG_ERROR : LOG_INFO, w->gone ? "volume away" : "volume back", "%s", text);
    alerts_say(&w->alerts, w->gone ? "volume.away" : "volume.back", text, NULL);
}

static void look_at_raw(struct watch *w) {
    double now = clock_monotonic();
    if (now - w->looked < least_pause)
        return;
    w->looked = now;
    notice_renew(w->notice, w->options->data);
    uint64_t fingerprint = arrivals_fingerprint(w->options->data);
    if (w->gone != (fingerprint == 0 && (w->gone || w->schedule.seen != 0)))
        tell_volume(w);
    schedule_look(&w->schedule, fingerprint, now);
}

static void serve(struct watch *w) {
    if (!w->options->serve)
        return;
    server_continue(&w->server, clock_monotonic(), w->stopping);
    child_hurry(&w->server.child);
}

/* Seconds until there is something to do without an event. */
static double patience(const struct watch *w) {
    double now = clock_monotonic(), least = w->options->poll;
    double api = w->options->serve && !w->stopping ? server_patience(&w->server, now) : -1;
    if (api >= 0 && api < least)
        least = api;
    bool limited = w->run.going || w->lookout.child.pid != 0 || w->stopping;
    if (limited && least > 1)
        least = 1; /* somebody may have to be told to stop, or killed */
    return least;
}

static bool is_done(const struct watch *w) {
    return w->stopping && !w->run.going && w->server.child.pid == 0 && w->lookout.child.pid == 0 &&
           w->alerts.child.pid == 0;
}

/* Until something happens. */
static void rest(struct watch *w, struct events *events) {
    bool noisy = clock_monotonic() - w->looked < least_pause;
    double seconds = patience(w);
    const int wanted[] = {w->run.going ? w->run.child.output : -1, w->lookout.child.output, noisy ? -1 : w->notice};
    if (noisy && seconds > least_pause)
        seconds = least_pause;
    if (events_wait(events, wanted, sizeof wanted / sizeof *wanted, seconds))
        stop(w);
}

static void begin(struct watch *w, const struct watch_options *options) {
    w->options = options;
    w->notice = notice_open();
    w->looked = -least_pause;
    alerts_begin(&w->alerts, options->alert);
    w->news.alerts = &w->alerts;
    schedule_begin(&w->schedule, &options->times, clock_now());
    lookout_begin(&w->lookout, &options->drift, options->limit, clock_now());
    log_event(LOG_INFO, "watching", "%s", options->data);
}

void watch_until_told(const struct watch_options *options, struct events *events) {
    struct watch *w = calloc(1, sizeof *w);
    if (w == NULL)
        return;
    begin(w, options);
    while (!is_done(w)) {
        look_at_raw(w);
        if (lookout_continue(&w->lookout, clock_now(), w->stopping || w->gone))
            news_drift(&w->news, &w->lookout);
        start_run(w);
        serve(w);
        news_continue(&w->news, clock_monotonic());
        alerts_continue(&w->alerts, w->stopping);
        rest(w, events);
        follow_run(w);
        serve(w);
    }
    alerts_done(&w->alerts);
    notice_close(w->notice);
    free(w);
}
