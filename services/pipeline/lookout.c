/* lookout.c - the drift program as a child, and its answer. */
#include "services/pipeline/lookout.h"

#include <jansson.h>
#include <stdlib.h>

#include "services/common/log.h"

enum { HOUR = 3600, DAY = 86400 };

static moment next_time(int hour, moment now) {
    moment time = now - now % DAY + (moment)hour * HOUR;
    return time > now ? time : time + DAY;
}

void lookout_begin(struct lookout *l, int hour, moment now) {
    *l = (struct lookout){.hour = hour, .next = next_time(hour, now), .child.output = -1};
}

static void take_answer(struct lookout *l, int code) {
    json_t *answer = json_loads(l->child.line, 0, NULL);
    bool done = code == EXIT_DONE || code == EXIT_NOTHING_TO_DO;
    const char *reason = json_string_value(json_object_get(answer, "reason"));
    l->retrain = done && json_is_true(json_object_get(answer, "retrain"));
    l->alarm = l->retrain && json_is_true(json_object_get(answer, "alarm"));
    log_event(!done        ? LOG_ERROR
              : l->retrain ? LOG_WARN
                           : LOG_INFO,
              "drift", "exit %d: %s", code, reason != NULL ? reason : "no reason given");
    json_decref(answer);
}

void lookout_continue(struct lookout *l, moment now, bool stopping) {
    int code;
    struct file_error err;
    child_read(&l->child);
    if (child_ended(&l->child, &code))
        take_answer(l, code);
    if (stopping || l->hour < 0 || l->child.pid != 0 || now < l->next)
        return;
    l->next = next_time(l->hour, now);
    if (!child_start(&l->child, "drift", true, &err))
        log_event(LOG_ERROR, "drift not started", "%s", err.text);
}

void lookout_hand_down(const struct lookout *l) {
    static const char *const names[] = {"TRAIN_ALARM", "GATE_ALARM"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        setenv(names[i], l->retrain && l->alarm ? "1" : "0", 1);
}
