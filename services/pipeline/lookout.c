/* lookout.c - the drift program as a child, and its answer. */
#include "services/pipeline/lookout.h"

#include <jansson.h>
#include <stdlib.h>

#include "services/common/log.h"

void lookout_begin(struct lookout *l, const struct cron *times, double limit, moment now) {
    *l = (struct lookout){.times = times, .limit = limit, .child.output = -1, .planned = now};
    l->next = cron_next(times, now) != CRON_NEVER ? now : CRON_NEVER;
}

static void take_answer(struct lookout *l, int code) {
    json_t *answer = json_loads(l->child.line, 0, NULL);
    bool done = code == EXIT_DONE || code == EXIT_NOTHING_TO_DO || code == EXIT_ALARM;
    l->retrain = done && json_is_true(json_object_get(answer, "retrain"));
    l->alarm = l->retrain && json_is_true(json_object_get(answer, "alarm"));
    child_text(l->state, sizeof l->state, done ? answer : NULL, "state", "FAILED");
    child_text(l->cause, sizeof l->cause, answer, "cause", "");
    child_text(l->reason, sizeof l->reason, answer, done ? "reason" : "error", "no reason given");
    log_event(!done ? LOG_ERROR : l->retrain ? LOG_WARN : LOG_INFO, "drift", "exit %d: %s", code, l->reason);
    json_decref(answer);
}

static void ask(struct lookout *l, moment now) {
    struct file_error err;
    l->next = cron_next(l->times, now);
    l->planned = now;
    l->began = clock_monotonic();
    if (!child_start(&l->child, "drift", NULL, true, &err))
        log_event(LOG_ERROR, "drift not started", "%s", err.text);
}

bool lookout_continue(struct lookout *l, moment now, bool held) {
    int code;
    child_read(&l->child);
    bool answered = child_ended(&l->child, &code);
    if (answered)
        take_answer(l, code);
    if (l->child.pid != 0 && l->limit > 0 && clock_monotonic() - l->began >= l->limit)
        child_terminate(&l->child);
    child_hurry(&l->child);
    if (!held && l->child.pid == 0 && cron_due(l->next, l->planned, now))
        ask(l, now);
    return answered;
}

void lookout_hand_down(const struct lookout *l) {
    static const char *const names[] = {"TRAIN_ALARM", "GATE_ALARM"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        setenv(names[i], l->retrain && l->alarm ? "1" : "0", 1);
}
