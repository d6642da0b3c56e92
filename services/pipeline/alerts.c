/* alerts.c - one leadforest-pipeline alert after the other. */
#include "services/pipeline/alerts.h"

#include <stdlib.h>
#include <string.h>

#include "services/common/log.h"
#include "services/pipeline/alert.h"

void alerts_begin(struct alerts *a, bool wanted) {
    *a = (struct alerts){.wanted = wanted, .child.output = -1};
}

void alerts_done(struct alerts *a) {
    if (a->count > 0)
        log_event(LOG_WARN, "alerts not sent", "%zu", a->count);
    for (size_t i = 0; i < a->count; i++)
        free(a->waiting[i]);
    a->count = 0;
}

static void forget_first(struct alerts *a) {
    free(a->waiting[0]);
    memmove(a->waiting, a->waiting + 1, --a->count * sizeof *a->waiting);
}

void alerts_say(struct alerts *a, const char *type, const char *text, json_t *details) {
    if (!a->wanted || a->count == ALERTS_WAITING) {
        if (a->wanted)
            log_event(LOG_WARN, "alert dropped", "%s: too many wait", type);
        json_decref(details);
        return;
    }
    char *message = alert_write(type, text, details, clock_now());
    if (message != NULL && strlen(message) <= ALERT_MOST)
        a->waiting[a->count++] = message;
    else {
        log_event(LOG_WARN, "alert dropped", "%s: %s", type, message != NULL ? "too long" : "no UTF-8, or no memory");
        free(message);
    }
}

void alerts_continue(struct alerts *a, bool stopping) {
    int code;
    struct file_error err;
    if (child_ended(&a->child, &code))
        forget_first(a); /* the child has tried often enough, and logged how it went */
    if (stopping || a->child.pid != 0 || a->count == 0)
        return;
    const char *const arguments[] = {"--message", a->waiting[0], "alert", NULL};
    if (!child_start(&a->child, "pipeline", arguments, false, &err)) {
        log_event(LOG_ERROR, "alert not sent", "%s", err.text);
        forget_first(a);
    }
}
