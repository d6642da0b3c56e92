/* loop.c - one thread that serves. */
#include "services/api/loop.h"

#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "services/api/dispatch.h"

/* ---- the transport's calls ---- */

static size_t admit(void *user, struct request *request) {
    return service_admit(user, request);
}

static bool take(void *user, struct request *request, const char *bytes, size_t size) {
    return service_take(user, request, bytes, size);
}

static void answer(void *user, struct request *request, struct reply *reply) {
    service_answer(user, request, reply);
}

static void refuse(void *user, const struct request *request, int status, const char *why, struct reply *reply) {
    service_refuse(user, request, status, why, reply);
}

static void finish(void *user, struct request *request, int status, uint64_t nanoseconds) {
    service_finish(user, request, status, nanoseconds);
}

/* ---- the thread ---- */

static bool is_over(const struct loop *loop) {
    return loop_state(loop) == LOOP_DRAIN && transport_connections(loop->transport) == 0;
}

/* Go on to what the main thread wants, one step at a time. */
static void obey(struct loop *loop) {
    while (loop_state(loop) < atomic_load(&loop->order)) {
        enum loop_order next = (enum loop_order)(loop_state(loop) + 1);
        if (next == LOOP_STOP_ACCEPTING)
            transport_stop_accepting(loop->transport);
        else
            transport_drain(loop->transport);
        atomic_store(&loop->state, next);
    }
}

/*
 * Our own poll around a step that cannot block: the library's blocking step waits on even though it has
 * events in hand when they are exactly a multiple of 128.
 */
static void *serve(void *argument) {
    struct loop *loop = argument;
    struct served *served = &loop->worker->service->served;
    struct pollfd ready[] = {{.fd = transport_fd(loop->transport), .events = POLLIN},
                             {.fd = loop->wake, .events = POLLIN}};
    while (!is_over(loop)) {
        int patience = transport_patience(loop->transport);
        if (patience > 0 && poll(ready, 2, patience) > 0 && ready[1].revents != 0)
            eventfd_read(loop->wake, &(eventfd_t){0});
        served_enter(served, loop->reader);
        obey(loop);
        transport_step(loop->transport);
        served_leave(loop->reader);
    }
    atomic_store(&loop->state, LOOP_ENDED);
    return NULL;
}

bool loop_start(struct loop *loop, int listener, const struct transport_limits *limits, struct worker *worker,
                struct served_reader *reader) {
    const struct transport_calls calls = {worker, admit, take, answer, refuse, finish};
    loop->worker = worker;
    loop->reader = reader;
    atomic_init(&loop->order, LOOP_SERVE);
    atomic_init(&loop->state, LOOP_SERVE);
    loop->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    loop->transport = loop->wake >= 0 ? transport_new(listener, loop->wake, limits, &calls) : NULL;
    if (loop->transport != NULL && pthread_create(&loop->thread, NULL, serve, loop) == 0)
        return true;
    loop_done(loop);
    return false;
}

void loop_tell(struct loop *loop, enum loop_order order) {
    atomic_store(&loop->order, order);
    eventfd_write(loop->wake, 1);
}

void loop_join(struct loop *loop) {
    pthread_join(loop->thread, NULL);
}

void loop_done(struct loop *loop) {
    if (loop->transport != NULL)
        close(loop->wake);
    transport_free(loop->transport);
    loop->transport = NULL;
}
