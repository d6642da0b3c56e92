/* drift_check.c - runs the drift program and reads its answer. */
#include "services/pipeline/drift_check.h"

#include <jansson.h>
#include <stdlib.h>

#include "services/common/worker/exit_codes.h"
#include "services/common/worker/log.h"
#include "services/pipeline/child_result.h"

void drift_check_begin(struct drift_check *l, const struct cron *times, double limit, unix_time now) {
    *l = (struct drift_check){.times = times, .limit = limit, .child.output = -1, .planned = now};
    l->next = cron_next(times, now) != CRON_NEVER ? now : CRON_NEVER;
}

static void read_result(struct drift_check *l, int code) {
    json_t *result = json_loads(l->child.line, 0, NULL);
    bool done = code == EXIT_DONE || code == EXIT_NOTHING_TO_DO || code == EXIT_ALARM;
    l->retrain = done && json_is_true(json_object_get(result, "retrain"));
    l->alarm = l->retrain && json_is_true(json_object_get(result, "alarm"));
    child_result_text(l->state, sizeof l->state, done ? result : NULL, "state", "FAILED");
    child_result_text(l->cause, sizeof l->cause, result, "cause", "");
    child_result_text(l->reason, sizeof l->reason, result, done ? "reason" : "error", "no reason given");
    log_event(!done ? LOG_ERROR : l->retrain ? LOG_WARN : LOG_INFO, "drift", "exit %d: %s", code, l->reason);
    json_decref(result);
}

static void start_drift(struct drift_check *l, unix_time now) {
    struct error err;
    l->next = cron_next(l->times, now);
    l->planned = now;
    l->began = monotonic_seconds();
    if (!subprocess_start(&l->child, "drift", NULL, true, &err))
        log_event(LOG_ERROR, "drift not started", "%s", err.text);
}

bool drift_check_continue(struct drift_check *l, unix_time now, bool paused) {
    int code;
    subprocess_read(&l->child);
    bool finished = subprocess_ended(&l->child, &code);
    if (finished)
        read_result(l, code);
    if (l->child.pid != 0 && l->limit > 0 && monotonic_seconds() - l->began >= l->limit)
        subprocess_terminate(&l->child);
    subprocess_kill_if_overdue(&l->child);
    if (!paused && l->child.pid == 0 && cron_due(l->next, l->planned, now))
        start_drift(l, now);
    return finished;
}

void drift_check_export_env(const struct drift_check *l) {
    static const char *const names[] = {"TRAIN_ALARM", "GATE_ALARM"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        setenv(names[i], l->retrain && l->alarm ? "1" : "0", 1);
}
