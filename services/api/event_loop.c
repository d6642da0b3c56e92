/* event_loop.c - one thread that answers requests on its own connections. */
#include "services/api/event_loop.h"

#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "services/api/dispatch.h"

/* ---- callbacks of the HTTP server ---- */

static size_t on_headers(void *user, struct request *request) {
    return dispatch_headers(user, request);
}

static bool on_body(void *user, struct request *request, const char *bytes, size_t size) {
    return dispatch_body(user, request, bytes, size);
}

static void on_request(void *user, struct request *request, struct response *response) {
    dispatch_request(user, request, response);
}

static void on_reject(void *user, const struct request *request, int status, const char *reason,
                      struct response *response) {
    dispatch_reject(user, request, status, reason, response);
}

static void on_finished(void *user, struct request *request, int status, uint64_t nanoseconds) {
    dispatch_finished(user, request, status, nanoseconds);
}

/* ---- the thread ---- */

static bool is_finished(const struct event_loop *loop) {
    return event_loop_state(loop) == EVENT_LOOP_DRAIN && mhd_server_connections(loop->server) == 0;
}

/* Do what the main thread requested, one step at a time. */
static void apply_command(struct event_loop *loop) {
    while (event_loop_state(loop) < atomic_load(&loop->phase)) {
        enum event_loop_phase next = (enum event_loop_phase)(event_loop_state(loop) + 1);
        if (next == EVENT_LOOP_STOP_ACCEPTING)
            mhd_server_stop_accepting(loop->server);
        else
            mhd_server_drain(loop->server);
        atomic_store(&loop->state, next);
    }
}

/*
 * Our own poll around a step that cannot block. The library's blocking step has a fault: if the number of pending
 * events is a multiple of 128, it keeps waiting although there is work.
 */
static void *serve(void *argument) {
    struct event_loop *loop = argument;
    struct model_slot *slot = &loop->context->app->slot;
    struct pollfd ready[] = {{.fd = mhd_server_fd(loop->server), .events = POLLIN},
                             {.fd = loop->wake, .events = POLLIN}};
    while (!is_finished(loop)) {
        int timeout_ms = mhd_server_timeout_ms(loop->server);
        if (timeout_ms > 0 && poll(ready, 2, timeout_ms) > 0 && ready[1].revents != 0)
            eventfd_read(loop->wake, &(eventfd_t){0});
        model_slot_enter(slot, loop->reader);
        apply_command(loop);
        mhd_server_step(loop->server);
        model_slot_leave(loop->reader);
    }
    atomic_store(&loop->state, EVENT_LOOP_ENDED);
    return NULL;
}

bool event_loop_start(struct event_loop *loop, int listener, const struct mhd_server_limits *limits,
                      struct thread_context *context, struct model_slot_reader *reader) {
    const struct mhd_server_callbacks callbacks = {context, on_headers, on_body, on_request, on_reject, on_finished};
    loop->context = context;
    loop->reader = reader;
    atomic_init(&loop->phase, EVENT_LOOP_SERVE);
    atomic_init(&loop->state, EVENT_LOOP_SERVE);
    loop->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    loop->server = loop->wake >= 0 ? mhd_server_new(listener, loop->wake, limits, &callbacks) : NULL;
    if (loop->server != NULL && pthread_create(&loop->thread, NULL, serve, loop) == 0)
        return true;
    event_loop_done(loop);
    return false;
}

void event_loop_command(struct event_loop *loop, enum event_loop_phase phase) {
    atomic_store(&loop->phase, phase);
    eventfd_write(loop->wake, 1);
}

void event_loop_join(struct event_loop *loop) {
    pthread_join(loop->thread, NULL);
}

void event_loop_done(struct event_loop *loop) {
    if (loop->server != NULL)
        close(loop->wake);
    mhd_server_free(loop->server);
    loop->server = NULL;
}
