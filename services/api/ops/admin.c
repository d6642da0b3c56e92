/* admin.c - POST /-/reload: check for a new champion at once. */
#include "services/api/ops/admin.h"

#include <signal.h>
#include <unistd.h>

/* The main thread checks, as on SIGHUP. /model and /metrics show whether it found a new champion. */
void admin_reload(struct thread_context *context, struct request *request, struct response *response) {
    static const char asked[] = "{\"status\":\"looking\"}\n";
    (void)context;
    (void)request;
    kill(getpid(), SIGHUP);
    response_static(response, 202, RESPONSE_JSON, asked, sizeof asked - 1);
}
