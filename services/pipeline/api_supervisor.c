/* api_supervisor.c - keeps an api running. */
#include "services/pipeline/api_supervisor.h"

#include <math.h>

#include "services/common/worker/log.h"

static const double least_wait = 1, most_wait = 60, steady = 60; /* s */

/* After a minute of service it is restarted at once; if it ends sooner, the wait doubles each time. */
static void plan_start(struct api_supervisor *s, double seconds) {
    if (seconds - s->started >= steady || s->wait < least_wait)
        s->wait = least_wait;
    else
        s->wait = fmin(2 * s->wait, most_wait);
    s->start_at = seconds + s->wait;
}

void api_supervisor_continue(struct api_supervisor *s, double seconds, bool stopping) {
    int code;
    struct error err;
    if (subprocess_ended(&s->child, &code)) {
        plan_start(s, seconds);
        log_event(stopping ? LOG_INFO : LOG_ERROR, "api ended", "exit %d", code);
    }
    if (stopping || s->child.pid != 0 || seconds < s->start_at)
        return;
    s->started = seconds;
    if (subprocess_start(&s->child, "api", NULL, false, &err)) {
        log_event(LOG_INFO, "api started", "process %d", (int)s->child.pid);
    } else {
        log_event(LOG_ERROR, "api not started", "%s", err.text);
        plan_start(s, seconds);
    }
}

double api_supervisor_seconds_to_start(const struct api_supervisor *s, double seconds) {
    if (s->child.pid != 0)
        return -1;
    return s->start_at > seconds ? s->start_at - seconds : 0;
}
