/* alert_queue.c - runs leadforest-pipeline alert for one alert at a time. */
#include "services/pipeline/alert_queue.h"

#include <stdlib.h>
#include <string.h>

#include "services/common/worker/log.h"
#include "services/pipeline/alert_webhook.h"

void alert_queue_begin(struct alert_queue *a, bool enabled) {
    *a = (struct alert_queue){.enabled = enabled, .child.output = -1};
}

void alert_queue_done(struct alert_queue *a) {
    if (a->count > 0)
        log_event(LOG_WARN, "alerts not sent", "%zu are dropped", a->count);
    for (size_t i = 0; i < a->count; i++)
        free(a->waiting[i]);
    a->count = 0;
}

static void drop_first(struct alert_queue *a) {
    free(a->waiting[0]);
    memmove(a->waiting, a->waiting + 1, --a->count * sizeof *a->waiting);
}

void alert_queue_add(struct alert_queue *a, const char *type, const char *text, json_t *details) {
    if (!a->enabled || a->count == ALERT_QUEUE_MAX) {
        if (a->enabled)
            log_event(LOG_WARN, "alert dropped", "%s: the queue is full", type);
        json_decref(details);
        return;
    }
    char *message = alert_webhook_message(type, text, details, unix_time_now());
    if (message != NULL && strlen(message) <= ALERT_WEBHOOK_MAX_BYTES)
        a->waiting[a->count++] = message;
    else {
        log_event(LOG_WARN, "alert dropped", "%s: %s", type,
                  message != NULL ? "too long" : "not UTF-8, or out of memory");
        free(message);
    }
}

void alert_queue_continue(struct alert_queue *a, bool stopping) {
    int code;
    struct error err;
    if (subprocess_ended(&a->child, &code))
        drop_first(a); /* the child has tried often enough and logged the result */
    if (stopping || a->child.pid != 0 || a->count == 0)
        return;
    const char *const arguments[] = {"--message", a->waiting[0], "alert", NULL};
    if (!subprocess_start(&a->child, "pipeline", arguments, false, &err)) {
        log_event(LOG_ERROR, "alert not sent", "%s", err.text);
        drop_first(a);
    }
}
