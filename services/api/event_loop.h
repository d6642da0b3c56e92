/* event_loop.h - one thread that answers requests: its listening socket, its HTTP server, its context. */
#ifndef API_EVENT_LOOP_H
#define API_EVENT_LOOP_H

#include <pthread.h>
#include <stdatomic.h>

#include "services/api/app/context.h"
#include "services/api/http/mhd_server.h"

/*
 * The order matters: all loops must stop accepting before any loop closes connections. Otherwise a client would
 * reconnect to another loop, and its request would be lost when that loop stops accepting.
 */
enum event_loop_phase { EVENT_LOOP_SERVE, EVENT_LOOP_STOP_ACCEPTING, EVENT_LOOP_DRAIN, EVENT_LOOP_ENDED };

struct event_loop {
    pthread_t thread;
    struct thread_context *context;      /* used only by the thread */
    struct model_slot_reader *reader;    /* used only by the thread */
    struct mhd_server *server;           /* used only by the thread */
    int wake;                            /* an eventfd: the command has changed, or a sleeping request can continue */
    _Atomic enum event_loop_phase phase; /* from the main thread */
    _Atomic enum event_loop_phase state; /* how far the thread is */
};

/* Start serving on a listening socket, which the loop then owns.  False if the system refused. */
bool event_loop_start(struct event_loop *loop, int listener, const struct mhd_server_limits *limits,
                      struct thread_context *context, struct model_slot_reader *reader);

/* Send the thread a command. After EVENT_LOOP_DRAIN it ends once all connections are closed. */
void event_loop_command(struct event_loop *loop, enum event_loop_phase phase);
static inline enum event_loop_phase event_loop_state(const struct event_loop *loop) {
    return atomic_load(&loop->state);
}

/* Join the thread, whose state is EVENT_LOOP_ENDED or soon will be. */
void event_loop_join(struct event_loop *loop);

/* Free it, once no other thread can wake one of its requests. A zeroed struct is fine. */
void event_loop_done(struct event_loop *loop);

#endif
