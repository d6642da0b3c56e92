/* admin.c - POST /-/reload: look for a newly promoted model at once. */
#include "services/api/admin.h"

#include <signal.h>
#include <unistd.h>

/* The main thread does it, as on SIGHUP; whether it found one /model and /metrics tell. */
void admin_reload(struct worker *worker, struct request *request, struct reply *reply) {
    static const char asked[] = "{\"status\":\"looking\"}\n";
    (void)worker;
    (void)request;
    kill(getpid(), SIGHUP);
    reply_static(reply, 202, REPLY_JSON, asked, sizeof asked - 1);
}
