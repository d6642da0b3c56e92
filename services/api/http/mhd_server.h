/*
 * mhd_server.h - the HTTP server of one event loop: turns bytes into requests and replies into bytes.
 *
 * mhd_server.c is the only file that uses libmicrohttpd.  One server belongs to one thread, which calls
 * mhd_server_step whenever mhd_server_fd is readable or mhd_server_timeout_ms has passed.  Other threads may call
 * mhd_server_wake only.
 */
#ifndef API_MHD_SERVER_H
#define API_MHD_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/api/http/request.h"
#include "services/api/http/response.h"

/* The code that answers; all functions are called by the thread that calls mhd_server_step. */
struct mhd_server_callbacks {
    void *user;
    /* The headers are complete. Returns how many bytes of body may follow. */
    size_t (*on_headers)(void *user, struct request *request);
    /*
     * A piece of the body of a `streamed` request. False if it was not accepted and must be offered again in a moment.
     */
    bool (*on_body)(void *user, struct request *request, const char *bytes, size_t size);
    /* The request is complete. */
    void (*on_request)(void *user, struct request *request, struct response *response);
    /* The header check rejected it. */
    void (*on_reject)(void *user, const struct request *request, int status, const char *reason,
                      struct response *response);
    /* The reply was sent, or the connection was closed. */
    void (*on_finished)(void *user, struct request *request, int status, uint64_t nanoseconds);
};

struct mhd_server_limits {
    unsigned connections;
    unsigned request_seconds; /* from its first byte to its last; a new connection's first request must start within the
                                 same time */
    unsigned idle_seconds;    /* between two requests */
};

struct mhd_server;

/*
 * Takes over the listening socket; NULL if the library could not start. wake is an eventfd that the caller polls
 * together with mhd_server_fd: it becomes readable when a sleeping request can continue.
 */
struct mhd_server *mhd_server_new(int listener, int wake, const struct mhd_server_limits *limits,
                                  const struct mhd_server_callbacks *callbacks);

int mhd_server_fd(const struct mhd_server *t);
int mhd_server_timeout_ms(
    struct mhd_server *t); /* milliseconds until mhd_server_step must be called even if nothing arrives */
void mhd_server_step(struct mhd_server *t);

/* Accept no more connections. */
void mhd_server_stop_accepting(struct mhd_server *t);

/* Close each connection after its next reply, or once it has been idle for a second. */
void mhd_server_drain(struct mhd_server *t);
size_t mhd_server_connections(const struct mhd_server *t);

/* Only when no connections are left. */
void mhd_server_free(struct mhd_server *t);

/* Wake a sleeping request by its `waker`: from any thread, once. */
void mhd_server_wake(void *waker);

#endif
