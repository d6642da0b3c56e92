/*
 * constant.c - the yardstick of bench-api: libmicrohttpd with our loop and gate, answering every request
 * with one constant response made in advance.  No routes, no JSON, no model, no log: what is left is the
 * library, the kernel and the gate.
 *
 *     constant PORT
 */
#include <microhttpd.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/api/http/header_check.h"
#include "services/api/http/listener.h"

static struct MHD_Response *response;

struct exchange {
    struct request request;
    struct header_check check;
    bool begun;
};

static void *on_target(void *cls, const char *target, struct MHD_Connection *connection) {
    struct exchange *e = malloc(sizeof *e);
    (void)cls;
    (void)connection;
    if (e != NULL) {
        memset(e->request.header, 0, sizeof e->request.header);
        e->check = (struct header_check){.status = request_set_target(&e->request, target)};
        e->begun = false;
    }
    return e;
}

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_size,
                                 const char *value, size_t value_size) {
    struct exchange *e = cls;
    (void)kind;
    header_check_add(&e->check, &e->request, name, name_size, value, value_size);
    return MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *bytes, size_t *size, void **context) {
    struct exchange *e = *context;
    (void)cls;
    (void)url;
    (void)method;
    (void)bytes;
    if (!e->begun) {
        e->begun = true;
        MHD_get_connection_values_n(connection, MHD_HEADER_KIND, on_header, e);
        header_check_finish(&e->check, &e->request, version, 65536);
        return e->check.status == 0 ? MHD_YES : MHD_NO;
    }
    if (*size > 0) {
        *size = 0;
        return MHD_YES;
    }
    return MHD_queue_response(connection, 200, response);
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code) {
    (void)cls;
    (void)connection;
    (void)code;
    free(*context);
    *context = NULL;
}

int main(int argc, char **argv) {
    static char body[] = "{\"predicted_package\":\"MVP\",\"probability\":0.7023}";
    long long port = argc > 1 ? strtoll(argv[1], NULL, 10) : 8000;
    int fd;
    char reason[200];
    if (!listener_open("127.0.0.1", &port, &fd, 1, reason)) {
        fprintf(stderr, "%s\n", reason);
        return 1;
    }
    response = MHD_create_response_from_buffer(sizeof body - 1, body, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(response, "Content-Type", "application/json");
    MHD_add_response_header(response, "X-Model-Version", "2");
    MHD_add_response_header(response, "X-Request-Id", "b78cb195727f5d3d0000000000000001");
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL, 0, NULL, NULL, on_request, NULL, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_SIGPIPE_HANDLED_BY_APP,
        1, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)8192, MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)1024,
        MHD_OPTION_CONNECTION_LIMIT, 4096u, MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, NULL, MHD_OPTION_END);
    struct pollfd ready = {.fd = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, .events = POLLIN};
    for (;;) {
        MHD_UNSIGNED_LONG_LONG wanted;
        int patience = MHD_get_timeout(daemon, &wanted) == MHD_YES && wanted < 20 ? (int)wanted : 20;
        if (patience > 0)
            poll(&ready, 1, patience);
        MHD_run(daemon);
    }
}
