/* server.c - keeps an api alive. */
#include "services/pipeline/server.h"

#include "services/common/log.h"

enum { LEAST_WAIT = 1, MOST_WAIT = 60, STEADY = 60 };

/* One that lived for a while is started again at once; one that dies young waits twice as long each time. */
static void plan_start(struct server *s, double seconds) {
    if (seconds - s->started >= STEADY || s->wait < LEAST_WAIT)
        s->wait = LEAST_WAIT;
    else
        s->wait = s->wait * 2 < MOST_WAIT ? s->wait * 2 : MOST_WAIT;
    s->start_at = seconds + s->wait;
}

void server_continue(struct server *s, double seconds, bool stopping) {
    int code;
    struct file_error err;
    if (child_ended(&s->child, &code)) {
        plan_start(s, seconds);
        log_event(stopping ? LOG_INFO : LOG_ERROR, "api ended", "exit %d", code);
    }
    if (stopping || s->child.pid != 0 || seconds < s->start_at)
        return;
    s->started = seconds;
    if (child_start(&s->child, "api", NULL, false, &err)) {
        log_event(LOG_INFO, "api started", "process %d", (int)s->child.pid);
    } else {
        log_event(LOG_ERROR, "api not started", "%s", err.text);
        plan_start(s, seconds);
    }
}

double server_patience(const struct server *s, double seconds) {
    if (s->child.pid != 0)
        return -1;
    return s->start_at > seconds ? s->start_at - seconds : 0;
}
