/* loop.h - one thread that serves: its socket, its transport, its worker. */
#ifndef API_LOOP_H
#define API_LOOP_H

#include <pthread.h>
#include <stdatomic.h>

#include "services/api/service.h"
#include "services/api/transport.h"

/* In this order: all loops must have stopped accepting before one of them sends clients away, for these
 * would come back to another loop and be lost when that one stops accepting. */
enum loop_order { LOOP_SERVE, LOOP_STOP_ACCEPTING, LOOP_DRAIN, LOOP_ENDED };

struct loop {
    pthread_t thread;
    struct worker *worker;         /* used by the thread alone */
    struct served_reader *reader;  /* likewise */
    struct transport *transport;   /* likewise */
    int wake;                      /* an eventfd: order has changed, or a sleeping request can go on */
    _Atomic enum loop_order order; /* from the main thread */
    _Atomic enum loop_order state; /* what the thread has come to */
};

/* Start serving on a listening socket, which is taken over.  false where the system would not. */
bool loop_start(struct loop *loop, int listener, const struct transport_limits *limits, struct worker *worker,
                struct served_reader *reader);

/* Have the thread go on to an order; after LOOP_DRAIN it ends once all connections are done. */
void loop_tell(struct loop *loop, enum loop_order order);
static inline enum loop_order loop_state(const struct loop *loop) {
    return atomic_load(&loop->state);
}

/* Join the thread, whose state is LOOP_ENDED or is about to be. */
void loop_join(struct loop *loop);

/* Free it, once nobody is left who could wake a request of it; fine on zeroes. */
void loop_done(struct loop *loop);

#endif
