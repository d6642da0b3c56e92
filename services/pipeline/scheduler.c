/* scheduler.c - one loop over events: the run, the api, raw/ and the clock. */
#include "services/pipeline/scheduler.h"

#include <stdio.h>
#include <stdlib.h>

#include "services/common/store/paths.h"
#include "services/common/worker/log.h"
#include "services/pipeline/api_supervisor.h"
#include "services/pipeline/drift_check.h"
#include "services/pipeline/inotify_watch.h"
#include "services/pipeline/notifications.h"
#include "services/pipeline/raw_fingerprint.h"
#include "services/pipeline/run.h"

struct scheduler {
    const struct scheduler_options *options;
    struct run_schedule schedule;
    struct run run;
    struct api_supervisor api;
    struct drift_check drift_check;
    struct alert_queue alert_queue;
    struct notifications notifications;
    int inotify;       /* readable when raw/ has changed */
    double checked_at; /* when raw/ was checked last, monotonic seconds */
    bool volume_away;  /* raw/ had files and has none */
    bool for_drift;    /* the current run was requested by drift */
    bool drift_retry;  /* and such a run ended with "try later": its retry is that too */
    bool stopping;
};

/* However many changes are reported, raw/ is not checked more often. */
static const double min_interval = 0.2;

static void stop(struct scheduler *w) {
    if (!w->stopping)
        log_event(LOG_INFO, "stopping", "received SIGTERM or SIGINT");
    w->stopping = true;
    run_terminate(&w->run);
    subprocess_terminate(&w->api.child);
    subprocess_terminate(&w->drift_check.child);
    subprocess_terminate(&w->alert_queue.child);
}

static void end_run(struct scheduler *w) {
    run_schedule_ended(&w->schedule, w->run.code, monotonic_seconds());
    w->drift_retry = w->for_drift && w->run.code == EXIT_TEMPFAIL;
    if (w->for_drift) {
        w->drift_check.retrain = w->drift_retry; /* if it failed for good, tomorrow's check will request it again */
    }
    notify_run(&w->notifications, &w->run, monotonic_seconds());
}

static void follow_run(struct scheduler *w) {
    if (!w->run.going)
        return;
    run_continue(&w->run);
    if (!w->run.going)
        end_run(w);
}

static void start_run(struct scheduler *w) {
    const char *reason = run_schedule_due(&w->schedule, unix_time_now(), monotonic_seconds());
    if (w->drift_check.retrain && !w->drift_retry)
        reason = "drift";
    if (w->run.going || w->stopping || w->volume_away || reason == NULL)
        return;
    run_schedule_started(&w->schedule, unix_time_now());
    unsetenv("LEADFOREST_RUN"); /* each run has an id of its own */
    drift_check_export_env(&w->drift_check);
    w->for_drift = w->drift_check.retrain;
    run_begin(&w->run, w->options->data, reason, w->options->limit);
    if (!w->run.going)
        end_run(w);
}

/* Files in raw/ are never deleted: if all are gone, the volume is. Nothing runs until they are back. */
static void report_volume(struct scheduler *w) {
    char text[PATH_MAX + 100];
    w->volume_away = !w->volume_away;
    snprintf(text, sizeof text, "%s/" VOLUME_RAW "%s", w->options->data,
             w->volume_away ? " has no files any more; is the volume mounted?" : " is back");
    log_event(w->volume_away ? LOG_ERROR : LOG_INFO, w->volume_away ? "volume away" : "volume back", "%s", text);
    alert_queue_add(&w->alert_queue, w->volume_away ? "volume.away" : "volume.back", text, NULL);
}

static void check_raw(struct scheduler *w) {
    double now = monotonic_seconds();
    if (now - w->checked_at < min_interval)
        return;
    w->checked_at = now;
    inotify_watch_renew(w->inotify, w->options->data);
    uint64_t raw_state = raw_fingerprint(w->options->data);
    if (w->volume_away != (raw_state == 0 && (w->volume_away || w->schedule.fingerprint != 0)))
        report_volume(w);
    run_schedule_observe(&w->schedule, raw_state, now);
}

static void serve(struct scheduler *w) {
    if (!w->options->serve)
        return;
    api_supervisor_continue(&w->api, monotonic_seconds(), w->stopping);
    subprocess_kill_if_overdue(&w->api.child);
}

/* Seconds until something is due without an event. */
static double seconds_to_next(const struct scheduler *w) {
    double now = monotonic_seconds(), seconds = w->options->poll;
    double api_seconds = w->options->serve && !w->stopping ? api_supervisor_seconds_to_start(&w->api, now) : -1;
    if (api_seconds >= 0 && api_seconds < seconds)
        seconds = api_seconds;
    bool limited = w->run.going || w->drift_check.child.pid != 0 || w->stopping;
    if (limited && seconds > 1)
        seconds = 1; /* a child may have to be stopped or killed */
    return seconds;
}

static bool is_done(const struct scheduler *w) {
    return w->stopping && !w->run.going && w->api.child.pid == 0 && w->drift_check.child.pid == 0 &&
           w->alert_queue.child.pid == 0;
}

/* Wait until something happens. */
static void wait_for_event(struct scheduler *w, struct events *events) {
    bool checked_recently = monotonic_seconds() - w->checked_at < min_interval;
    double seconds = seconds_to_next(w);
    const int wanted[] = {w->run.going ? w->run.child.output : -1, w->drift_check.child.output,
                          checked_recently ? -1 : w->inotify};
    if (checked_recently && seconds > min_interval)
        seconds = min_interval;
    if (events_wait(events, wanted, sizeof wanted / sizeof *wanted, seconds))
        stop(w);
}

static void begin(struct scheduler *w, const struct scheduler_options *options) {
    w->options = options;
    w->inotify = inotify_watch_open();
    w->checked_at = -min_interval;
    alert_queue_begin(&w->alert_queue, options->alert);
    w->notifications.alert_queue = &w->alert_queue;
    run_schedule_begin(&w->schedule, &options->times, unix_time_now());
    drift_check_begin(&w->drift_check, &options->drift, options->limit, unix_time_now());
    log_event(LOG_INFO, "watching", "%s", options->data);
}

void scheduler_run(const struct scheduler_options *options, struct events *events) {
    struct scheduler *w = calloc(1, sizeof *w);
    if (w == NULL)
        return;
    begin(w, options);
    while (!is_done(w)) {
        check_raw(w);
        if (drift_check_continue(&w->drift_check, unix_time_now(), w->stopping || w->volume_away))
            notify_drift(&w->notifications, &w->drift_check);
        start_run(w);
        serve(w);
        notifications_continue(&w->notifications, monotonic_seconds());
        alert_queue_continue(&w->alert_queue, w->stopping);
        wait_for_event(w, events);
        follow_run(w);
        serve(w);
    }
    alert_queue_done(&w->alert_queue);
    inotify_watch_close(w->inotify);
    free(w);
}
