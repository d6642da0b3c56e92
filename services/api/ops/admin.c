/* admin.c - POST /-/reload: look for a newly promoted model at once. */
#include "services/api/ops/admin.h"

#include <signal.h>
#include <unistd.h>

/* The main thread does it, as on SIGHUP; whether it found one /model and /metrics tell. */
void admin_reload(struct thread_context *context, struct request *request, struct response *response) {
    static const char asked[] = "{\"status\":\"looking\"}\n";
    (void)context;
    (void)request;
    kill(getpid(), SIGHUP);
    response_static(response, 202, RESPONSE_JSON, asked, sizeof asked - 1);
}
