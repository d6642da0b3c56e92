/* event_loop.h - one thread that serves: its socket, its transport, its worker. */
#ifndef API_EVENT_LOOP_H
#define API_EVENT_LOOP_H

#include <pthread.h>
#include <stdatomic.h>

#include "services/api/app/context.h"
#include "services/api/http/mhd_server.h"

/* In this order: all loops must have stopped accepting before one of them sends clients away, for these
 * would come back to another loop and be lost when that one stops accepting. */
enum event_loop_phase { EVENT_LOOP_SERVE, EVENT_LOOP_STOP_ACCEPTING, EVENT_LOOP_DRAIN, EVENT_LOOP_ENDED };

struct event_loop {
    pthread_t thread;
    struct thread_context *context;      /* used by the thread alone */
    struct model_slot_reader *reader;    /* likewise */
    struct mhd_server *server;           /* likewise */
    int wake;                            /* an eventfd: order has changed, or a sleeping request can go on */
    _Atomic enum event_loop_phase phase; /* from the main thread */
    _Atomic enum event_loop_phase state; /* what the thread has come to */
};

/* Start serving on a listening socket, which is taken over.  false where the system would not. */
bool event_loop_start(struct event_loop *loop, int listener, const struct mhd_server_limits *limits,
                      struct thread_context *context, struct model_slot_reader *reader);

/* Have the thread go on to an order; after EVENT_LOOP_DRAIN it ends once all connections are done. */
void event_loop_command(struct event_loop *loop, enum event_loop_phase phase);
static inline enum event_loop_phase event_loop_state(const struct event_loop *loop) {
    return atomic_load(&loop->state);
}

/* Join the thread, whose state is EVENT_LOOP_ENDED or is about to be. */
void event_loop_join(struct event_loop *loop);

/* Free it, once nobody is left who could wake a request of it; fine on zeroes. */
void event_loop_done(struct event_loop *loop);

#endif
