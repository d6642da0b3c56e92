/*
 * mhd_server.h - the HTTP library behind a loop: bytes of connections to requests, replies to bytes.
 *
 * mhd_server.c is the only file that knows libmicrohttpd.  One transport belongs to one thread, which
 * calls mhd_server_step whenever mhd_server_fd is readable or mhd_server_timeout_ms has passed; only
 * mhd_server_wake may be called from elsewhere.
 */
#ifndef API_MHD_SERVER_H
#define API_MHD_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/api/http/request.h"
#include "services/api/http/response.h"

/* Who answers; all are called by the thread that steps. */
struct mhd_server_callbacks {
    void *user;
    /* The headers are in: how many bytes of body may follow. */
    size_t (*on_headers)(void *user, struct request *request);
    /* A piece of the body of a request that is `streamed`; false: it was not taken, and is to come again in a moment.
     */
    bool (*on_body)(void *user, struct request *request, const char *bytes, size_t size);
    /* The request is whole. */
    void (*on_request)(void *user, struct request *request, struct response *response);
    /* The gate refused it. */
    void (*on_reject)(void *user, const struct request *request, int status, const char *reason,
                      struct response *response);
    /* The reply is sent, or the connection is gone. */
    void (*on_finished)(void *user, struct request *request, int status, uint64_t nanoseconds);
};

struct mhd_server_limits {
    unsigned connections;
    unsigned request_seconds; /* from its first byte to its last, and at most as long for it to begin */
    unsigned idle_seconds;    /* between two requests */
};

struct mhd_server;

/* Takes over the listening socket; NULL where the library would not start.  wake is an eventfd that the caller waits
 * for beside mhd_server_fd: it becomes readable when a sleeping request can go on. */
struct mhd_server *mhd_server_new(int listener, int wake, const struct mhd_server_limits *limits,
                                  const struct mhd_server_callbacks *callbacks);

int mhd_server_fd(const struct mhd_server *t);
int mhd_server_timeout_ms(struct mhd_server *t); /* ms until mhd_server_step is due even if nothing arrives */
void mhd_server_step(struct mhd_server *t);

/* Accept no more connections. */
void mhd_server_stop_accepting(struct mhd_server *t);

/* Close each connection after its next reply, or once it has been idle for a second. */
void mhd_server_drain(struct mhd_server *t);
size_t mhd_server_connections(const struct mhd_server *t);

/* Once no connections are left. */
void mhd_server_free(struct mhd_server *t);

/* Have a sleeping request answered: its `waker`, from any thread, once. */
void mhd_server_wake(void *waker);

#endif
