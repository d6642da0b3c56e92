/*
 * transport.h - the HTTP library behind a loop: bytes of connections to requests, replies to bytes.
 *
 * transport.c is the only file that knows libmicrohttpd.  One transport belongs to one thread, which
 * calls transport_step whenever transport_fd is readable or transport_patience has passed; only
 * transport_wake may be called from elsewhere.
 */
#ifndef API_TRANSPORT_H
#define API_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/api/reply.h"
#include "services/api/request.h"

/* Who answers; all are called by the thread that steps. */
struct transport_calls {
    void *user;
    /* The headers are in: how many bytes of body may follow. */
    size_t (*admit)(void *user, struct request *request);
    /* A piece of the body of a request that is `streamed`; false: it was not taken, and is to come again in a moment.
     */
    bool (*take)(void *user, struct request *request, const char *bytes, size_t size);
    /* The request is whole. */
    void (*answer)(void *user, struct request *request, struct reply *reply);
    /* The gate refused it. */
    void (*refuse)(void *user, const struct request *request, int status, const char *why, struct reply *reply);
    /* The reply is sent, or the connection is gone. */
    void (*finish)(void *user, struct request *request, int status, uint64_t nanoseconds);
};

struct transport_limits {
    unsigned connections;
    unsigned request_seconds; /* from its first byte to its last, and at most as long for it to begin */
    unsigned idle_seconds;    /* between two requests */
};

struct transport;

/* Takes over the listening socket; NULL where the library would not start.  wake is an eventfd that the caller waits
 * for beside transport_fd: it becomes readable when a sleeping request can go on. */
struct transport *transport_new(int listener, int wake, const struct transport_limits *limits,
                                const struct transport_calls *calls);

int transport_fd(const struct transport *t);
int transport_patience(struct transport *t); /* ms until transport_step is due even if nothing arrives */
void transport_step(struct transport *t);

/* Accept no more connections. */
void transport_stop_accepting(struct transport *t);

/* Close each connection after its next reply, or once it has been idle for a second. */
void transport_drain(struct transport *t);
size_t transport_connections(const struct transport *t);

/* Once no connections are left. */
void transport_free(struct transport *t);

/* Have a sleeping request answered: its `waker`, from any thread, once. */
void transport_wake(void *waker);

#endif
