/* notifications.c - compares with what was reported last. */
#include "services/pipeline/notifications.h"

#include <stdio.h>
#include <string.h>

/* ---- runs ---- */

static void send_run_message(struct notifications *n, const char *type, const struct run *run, const char *what) {
    char text[700];
    snprintf(text, sizeof text, "leadforest: the run %s%s%s%s%s", what, run->stopped_at[0] != '\0' ? " in " : "",
             run->stopped_at, run->error[0] != '\0' ? ": " : "", run->error);
    alert_queue_add(n->alert_queue, type, text,
                    json_pack("{s:s, s:s, s:i, s:s, s:s, s:s}", "run", run->stage.run, "reason", run->reason, "exit",
                              (int)run->code, "status", exit_code_name(run->code), "stage", run->stopped_at, "error",
                              run->error));
}

/* Where it failed, and how. */
static void cause_of(const struct run *run, char cause[32]) {
    snprintf(cause, 32, "%s %d", run->stopped_at, (int)run->code);
}

static void notify_failure(struct notifications *n, const struct run *run, double now) {
    send_run_message(n, "run.failed", run, "failed");
    cause_of(run, n->cause);
    n->notified_at = now;
    n->failing = true;
    n->withheld = false;
}

static void notify_failure_or_withhold(struct notifications *n, const struct run *run, double now) {
    char cause[32];
    cause_of(run, cause);
    n->withheld = strcmp(cause, n->cause) == 0 && now - n->notified_at < NOTIFICATIONS_REPEAT_SECONDS;
    if (n->withheld)
        n->failure = *run;
    else
        notify_failure(n, run, now);
}

static void notify_recovery(struct notifications *n, const struct run *run) {
    if (n->failing)
        send_run_message(n, "run.recovered", run, "goes well again");
    n->failing = n->withheld = false;
}

static void notify_promotion(struct notifications *n, const struct run *run) {
    char text[120];
    snprintf(text, sizeof text, "leadforest: version %lld is the new champion", run->promoted);
    alert_queue_add(n->alert_queue, "model.promoted", text,
                    json_pack("{s:I, s:s, s:s}", "version", (json_int_t)run->promoted, "run", run->stage.run, "reason",
                              run->reason));
}

void notify_run(struct notifications *n, const struct run *run, double now) {
    bool good = run->code == EXIT_DONE || run->code == EXIT_NOTHING_TO_DO;
    n->tempfails = run->code == EXIT_TEMPFAIL ? n->tempfails + 1 : 0;
    bool will_retry = run->code == EXIT_TEMPFAIL && n->tempfails < NOTIFICATIONS_TEMPFAIL_LIMIT;
    if (good)
        notify_recovery(n, run);
    else if (!n->failing && run->code != EXIT_TERMINATED && !will_retry)
        notify_failure_or_withhold(n, run, now);
    if (run->promoted > 0) /* of a run that failed later, too */
        notify_promotion(n, run);
}

void notifications_continue(struct notifications *n, double now) {
    if (n->withheld && now - n->notified_at >= NOTIFICATIONS_REPEAT_SECONDS)
        notify_failure(n, &n->failure, now);
}

/* ---- drift ---- */

static bool is_alarm(const char *state) {
    return strcmp(state, "ALARM") == 0 || strcmp(state, "RETRAIN") == 0 || strcmp(state, "FAILED") == 0;
}

void notify_drift(struct notifications *n, const struct drift_check *l) {
    char text[700];
    if (l->state[0] == '\0' || strcmp(l->state, n->drift) == 0 || (!is_alarm(l->state) && !is_alarm(n->drift)))
        return;
    const char *type = strcmp(l->state, "ALARM") == 0     ? "drift.alarm"
                       : strcmp(l->state, "RETRAIN") == 0 ? "drift.retrain"
                       : strcmp(l->state, "FAILED") == 0  ? "drift.failed"
                                                          : "drift.over";
    snprintf(n->drift, sizeof n->drift, "%s", l->state);
    snprintf(text, sizeof text, "leadforest: drift is %s: %s", l->state, l->reason);
    alert_queue_add(n->alert_queue, type, text,
                    json_pack("{s:s, s:s, s:s}", "state", l->state, "cause", l->cause, "reason", l->reason));
}
