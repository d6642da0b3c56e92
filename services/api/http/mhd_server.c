/* mhd_server.c - libmicrohttpd: the only file that knows it. */
#include "services/api/http/mhd_server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "services/api/http/header_check.h"
#include "services/api/http/problem.h"
#include "services/api/http/request_body.h"

enum {
    POOL_BYTES = 8192,     /* bytes of a connection's memory, which the library clears after every request */
    RESPONSE_SECONDS = 60, /* for the client to read its reply */
    SWEEP_MS = 250,        /* between checks of the deadlines */
    PAUSE_MS = 1,          /* a moment */
    DRAIN_SWEEP_MS = 20,
    DRAIN_IDLE_SECONDS = 1
};

/* A connection, and the request on it (HTTP/1.1 has one at a time). */
struct connection {
    struct mhd_server *server;
    struct MHD_Connection *mhd;
    struct connection *next, *previous;
    int fd;
    uint64_t deadline; /* ns; 0: none */
    uint64_t idle;     /* ns: when its last request ended; 0: a request is in progress */
    struct request request;
    struct header_check check;
    size_t headers;        /* that the library passed to us */
    uint64_t started;      /* ns; 0: no request has started on it yet */
    bool headers_reported; /* the library has passed us the headers */
    bool may_have_closed;  /* part of a request is here, and the client may have closed the connection since the last
                              check */
    struct connection *paused; /* the next paused connection */
    struct request_body body;
};

struct mhd_server {
    struct MHD_Daemon *daemon;
    int wake; /* the caller's */
    _Atomic bool woken;
    struct mhd_server_limits limits;
    struct mhd_server_callbacks callbacks;
    struct connection *connections;
    struct connection *paused; /* suspended until the next step */
    size_t count;
    uint64_t now, swept; /* ns */
    bool draining;
};

static const uint64_t second = 1000000000; /* ns */

static uint64_t clock_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * second + (uint64_t)now.tv_nsec;
}

/* ---- connections ---- */

static void become_idle(struct connection *c, uint64_t now, unsigned seconds) {
    c->idle = now;
    c->deadline = now + seconds * second;
    c->may_have_closed = true;
}

/* The next call of MHD_get_connection_info overwrites its result, so it is copied at once, here and below. */
static int socket_of(struct MHD_Connection *mhd) {
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

static void format_peer(struct connection *c) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info != NULL ? info->client_addr : NULL;
    c->request.peer[0] = '\0';
    if (address == NULL)
        return;
    if (address->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, c->request.peer,
                  REQUEST_PEER);
    else if (address->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, c->request.peer,
                  REQUEST_PEER);
}

static struct connection *connection_new(struct mhd_server *t, struct MHD_Connection *mhd) {
    struct connection *c = malloc(sizeof *c);
    if (c == NULL)
        return NULL;
    c->server = t;
    c->mhd = mhd;
    c->fd = socket_of(mhd);
    c->started = 0;
    c->headers_reported = false;
    request_body_start(&c->body);
    format_peer(c);
    become_idle(c, t->now, t->limits.request_seconds);
    c->previous = NULL;
    c->next = t->connections;
    if (c->next != NULL)
        c->next->previous = c;
    t->connections = c;
    t->count++;
    return c;
}

static void connection_free(struct mhd_server *t, struct connection *c) {
    if (c->previous != NULL)
        c->previous->next = c->next;
    else
        t->connections = c->next;
    if (c->next != NULL)
        c->next->previous = c->previous;
    t->count--;
    request_body_done(&c->body);
    free(c);
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **connection_slot,
                          enum MHD_ConnectionNotificationCode code) {
    struct mhd_server *t = cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *connection_slot = connection_new(t, mhd);
    } else if (*connection_slot != NULL) {
        connection_free(t, *connection_slot);
        *connection_slot = NULL;
    }
}

static struct connection *connection_of(struct MHD_Connection *mhd) {
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/*
 * Whether the client has closed a connection in the middle of a request.  The library misses this if the end arrived
 * together with the last bytes, because it reads once and polls edge-triggered.  One check after those bytes is
 * enough.
 */
static bool client_has_closed(struct connection *c) {
    char byte;
    if (!c->may_have_closed)
        return false;
    ssize_t n = recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    c->may_have_closed = n > 0 || c->started == 0; /* the library does not report half a request line */
    return n == 0;
}

/* The library's own timeout measures inactivity: a client that sends one byte per second would never be closed. */
static void sweep(struct mhd_server *t) {
    t->swept = t->now;
    for (struct connection *c = t->connections; c != NULL; c = c->next) {
        bool overdue = c->deadline != 0 && t->now >= c->deadline;
        bool idle_while_draining = t->draining && c->idle != 0 && t->now >= c->idle + DRAIN_IDLE_SECONDS * second;
        if (overdue || idle_while_draining || client_has_closed(c))
            shutdown(c->fd, SHUT_RDWR); /* the library then sees the end and frees the connection */
    }
}

/* ---- a request ---- */

/* The request line has arrived.  The returned pointer is passed to the callbacks below as *context. */
static void *on_target(void *cls, const char *target, struct MHD_Connection *mhd) {
    struct mhd_server *t = cls;
    struct connection *c = connection_of(mhd);
    if (c == NULL)
        return NULL;
    struct request *request = &c->request;
    c->started = clock_ns();
    c->deadline = c->started + t->limits.request_seconds * second;
    c->idle = 0;
    c->headers_reported = false;
    c->may_have_closed = true;
    c->headers = 0;
    request_body_start(&c->body);
    memset(request->header, 0, sizeof request->header);
    request->forwarded_count = 0;
    request->method = METHOD_OTHER;
    request->id[0] = '\0';
    request->route = NULL;
    request->streamed = false;
    request->ticket = NULL;
    request->waker = c;
    c->check = (struct header_check){.status = request_set_target(request, target)};
    c->check.reason = c->check.status == 414 ? "the path is too long" : "the request target is not a valid path";
    return c;
}

static enum MHD_Result on_mhd_header(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_size,
                                     const char *value, size_t value_size) {
    struct connection *c = cls;
    (void)kind;
    c->headers++;
    header_check_add(&c->check, &c->request, name, name_size, value, value_size);
    return MHD_YES;
}

/* 0.9.7x silently accepts requests that HTTP forbids; later releases have an option to reject them. */
static bool library_is_lax(void) {
    return strncmp(MHD_get_version(), "0.9.7", 5) == 0;
}

/*
 * Whether every line that arrived became one header that we saw.  0.9.7x silently drops headers without a name, cuts
 * values at a NUL and joins folded lines.  But it parses in place: it writes a zero over the colon, the CR and the LF
 * of each line, and nowhere else.  So counting the zeroes after the request line counts the lines.
 */
static bool all_headers_reported(const struct connection *c, const char *method, const char *version) {
    if (!library_is_lax())
        return true;
    size_t size = MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size;
    const char *end = method + size;
    size_t zeroes = 0;
    for (const char *at = version; at < end; at++)
        zeroes += *at == '\0';
    return zeroes == 2 + 3 * c->headers + 2;
}

static enum MHD_Result queue_response(struct connection *c, struct response *response) {
    char *owned = response->owned;
    struct MHD_Response *mhd_response =
        MHD_create_response_from_buffer(response->size, owned != NULL ? owned : (char *)(uintptr_t)response->body,
                                        owned != NULL ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
    if (mhd_response == NULL) {
        response_done(response);
        return MHD_NO;
    }
    if (response->type != NULL)
        MHD_add_response_header(mhd_response, MHD_HTTP_HEADER_CONTENT_TYPE, response->type);
    for (size_t i = 0; i < response->header_count; i++)
        MHD_add_response_header(mhd_response, response->header[i].name, response->header[i].value);
    if (c->server->draining)
        MHD_add_response_header(mhd_response, MHD_HTTP_HEADER_CONNECTION, "close");
    c->deadline = c->server->now + RESPONSE_SECONDS * second;
    c->may_have_closed = false; /* the bytes that wait now belong to the next request */
    enum MHD_Result queued = MHD_queue_response(c->mhd, (unsigned)response->status, mhd_response);
    MHD_destroy_response(mhd_response);
    return queued;
}

/* The headers are complete.  A reply that is queued here closes the connection, so only rejections are. */
static enum MHD_Result begin_request(struct connection *c, const char *method, const char *version) {
    const struct mhd_server_callbacks *callbacks = &c->server->callbacks;
    c->headers_reported = true;
    c->request.method = request_method_parse(method);
    MHD_get_connection_values_n(c->mhd, MHD_HEADER_KIND, on_mhd_header, c);
    if (!all_headers_reported(c, method, version))
        header_check_reject(
            &c->check, 400,
            "the request header contains a NUL, a folded line, a bare line feed or a header without a name");
    c->body.limit = callbacks->on_headers(callbacks->user, &c->request);
    c->body.expected = header_check_content_length(&c->request);
    header_check_finish(&c->check, &c->request, version, c->body.limit);
    if (c->check.status == 0)
        return MHD_YES;
    struct response response;
    response_start(&response);
    callbacks->on_reject(callbacks->user, &c->request, c->check.status, c->check.reason, &response);
    return queue_response(c, &response);
}

/* Neither read nor answer it for a moment; the kernel then makes the client wait. */
static void pause_connection(struct connection *c) {
    MHD_suspend_connection(c->mhd);
    c->may_have_closed = false; /* the library buffers some */
    c->paused = c->server->paused;
    c->server->paused = c;
}

static void resume_paused(struct mhd_server *t) {
    struct connection *c = t->paused;
    t->paused = NULL;
    for (; c != NULL; c = c->paused)
        MHD_resume_connection(c->mhd);
}

/* A piece of the body has arrived; *size becomes 0 if it is accepted. */
static enum MHD_Result receive_body(struct connection *c, const char *bytes, size_t *size) {
    const struct mhd_server_callbacks *callbacks = &c->server->callbacks;
    size_t arrived = *size;
    if (c->request.streamed && !request_body_is_too_long(&c->body) &&
        !callbacks->on_body(callbacks->user, &c->request, bytes, arrived)) {
        pause_connection(c);
        return MHD_YES;
    }
    *size = 0;
    c->may_have_closed = true;
    if (!request_body_accept(&c->body, arrived)) /* a chunked body: every Content-Length was checked with the headers */
        return c->body.discarded <= REQUEST_BODY_MAX_DISCARDED ? MHD_YES : MHD_NO;
    return c->request.streamed || request_body_append(&c->body, bytes, arrived) ? MHD_YES : MHD_NO;
}

static enum MHD_Result answer_request(struct connection *c) {
    struct mhd_server *t = c->server;
    struct response response;
    response_start(&response);
    c->may_have_closed = false;
    c->request.body = request_body_bytes(&c->body);
    c->request.size = c->request.streamed ? 0 : c->body.size;
    if (request_body_is_too_long(&c->body))
        t->callbacks.on_reject(t->callbacks.user, &c->request, 413, "the body is larger than this route accepts",
                               &response);
    else
        t->callbacks.on_request(t->callbacks.user, &c->request, &response);
    if (response.pause) {
        pause_connection(c);
        return MHD_YES;
    }
    if (response.later == NULL)
        return queue_response(c, &response);
    /* Suspend first, so that no wake-up can arrive too early. */
    c->deadline = 0;
    MHD_suspend_connection(c->mhd);
    response.later(&c->request);
    return MHD_YES;
}

static enum MHD_Result on_mhd_request(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
                                      const char *version, const char *bytes, size_t *size, void **connection_slot) {
    struct connection *c = *connection_slot;
    (void)cls;
    (void)mhd;
    (void)url; /* decoded and cut at NUL by the library; the raw target was parsed before */
    if (c == NULL)
        return MHD_NO;
    if (!c->headers_reported)
        return begin_request(c, method, version);
    if (*size == 0)
        return answer_request(c);
    return receive_body(c, bytes, size);
}

/* The status that was sent; 0: none. */
static int status_of(const struct connection *c) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_HTTP_STATUS);
    if (c->headers_reported && c->check.status != 0)
        return c->check.status; /* the library's status may differ if we answered first */
    return info != NULL ? (int)info->http_status : 0;
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **connection_slot,
                         enum MHD_RequestTerminationCode code) {
    struct mhd_server *t = cls;
    struct connection *c = *connection_slot;
    (void)mhd;
    (void)code;
    if (c == NULL)
        return;
    uint64_t now = clock_ns();
    t->callbacks.on_finished(t->callbacks.user, &c->request, status_of(c), now - c->started);
    request_body_done(&c->body);
    become_idle(c, now, t->limits.idle_seconds);
    *connection_slot = NULL;
}

/* ---- requests that the library rejects ---- */

/* The connection whose headers are complete but were not passed to us: the one the library is processing. */
static struct connection *find_unreported(const struct mhd_server *t) {
    struct connection *c = t->connections;
    while (c != NULL && (c->headers_reported || c->idle != 0 ||
                         MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE) == NULL))
        c = c->next;
    return c;
}

/* Send a complete reply without the library, and close the connection for further replies. */
static void send_final_response(const struct connection *c, const struct response *response) {
    struct strbuf out = {0};
    strbuf_printf(&out, "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: %zu\r\nContent-Type: %s\r\n",
                  response->status, problem_title(response->status), response->size, response->type);
    for (size_t i = 0; i < response->header_count; i++)
        strbuf_printf(&out, "%s: %s\r\n", response->header[i].name, response->header[i].value);
    strbuf_puts(&out, "\r\n");
    strbuf_append(&out, response->body, response->size);
    if (strbuf_ok(&out))
        send(c->fd, out.at, out.size, MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(c->fd, SHUT_WR);
    strbuf_done(&out);
}

/* Check the headers of a request that the library rejects with this status, for our own error message. */
static void judge_unshown(struct connection *c, int status) {
    const struct mhd_server_callbacks *callbacks = &c->server->callbacks;
    MHD_get_connection_values_n(c->mhd, MHD_HEADER_KIND, on_mhd_header, c);
    size_t limit = callbacks->on_headers(callbacks->user, &c->request);
    const char *version =
        c->request.header[HEADER_HOST] != NULL ? "HTTP/1.1" : "HTTP/1.0"; /* the library does not report the version */
    if (status == 431)
        header_check_reject(&c->check, 431, "the cookies are too large");
    header_check_finish(&c->check, &c->request, version, limit);
    header_check_reject(&c->check, status, "the Host header is missing");
}

/*
 * The library logs that it rejects a request, without naming the connection, and then sends a page of its own; 0.9.75
 * even puts one status line into the body of another.  So we answer first: the library then finds the connection shut.
 */
static void on_mhd_error(void *cls, const char *format, va_list args) {
    struct mhd_server *t = cls;
    struct connection *c = strstr(format, "Error processing request") != NULL ? find_unreported(t) : NULL;
    struct response response;
    if (c == NULL)
        return;
    judge_unshown(c, (int)va_arg(args, unsigned));
    response_start(&response);
    t->callbacks.on_reject(t->callbacks.user, &c->request, c->check.status, c->check.reason, &response);
    c->headers_reported = true; /* the next error belongs to another connection */
    send_final_response(c, &response);
    response_done(&response);
}

/* ---- the daemon ---- */

struct mhd_server *mhd_server_new(int listener, int wake, const struct mhd_server_limits *limits,
                                  const struct mhd_server_callbacks *callbacks) {
    struct mhd_server *t = calloc(1, sizeof *t);
    if (t != NULL) {
        t->wake = wake;
        t->limits = *limits;
        t->callbacks = *callbacks;
        t->now = t->swept = clock_ns();
        /* Without a library thread: the library's loop hangs if exactly 128 events are pending. */
        t->daemon = MHD_start_daemon(
            MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_mhd_request, t,
            MHD_OPTION_EXTERNAL_LOGGER, on_mhd_error, t, MHD_OPTION_LISTEN_SOCKET, listener,
            MHD_OPTION_STRICT_FOR_CLIENT, library_is_lax() ? 0 : 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
            MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES, MHD_OPTION_CONNECTION_MEMORY_INCREMENT,
            (size_t)1024, MHD_OPTION_CONNECTION_LIMIT, limits->connections, MHD_OPTION_NOTIFY_CONNECTION, on_connection,
            t, MHD_OPTION_NOTIFY_COMPLETED, on_completed, t, MHD_OPTION_URI_LOG_CALLBACK, on_target, t, MHD_OPTION_END);
    }
    if (t != NULL && t->daemon != NULL)
        return t;
    free(t);
    close(listener);
    return NULL;
}

int mhd_server_fd(const struct mhd_server *t) {
    return MHD_get_daemon_info(t->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

int mhd_server_timeout_ms(struct mhd_server *t) {
    MHD_UNSIGNED_LONG_LONG wanted;
    int most = t->draining ? DRAIN_SWEEP_MS : SWEEP_MS;
    if (t->paused != NULL)
        return PAUSE_MS;
    if (MHD_get_timeout(t->daemon, &wanted) == MHD_YES && wanted < (MHD_UNSIGNED_LONG_LONG)most)
        return (int)wanted;
    return most;
}

void mhd_server_step(struct mhd_server *t) {
    t->now = clock_ns();
    resume_paused(t);
    atomic_store(&t->woken, false); /* before the resumed connections are processed */
    MHD_run(t->daemon);
    if (t->now - t->swept >= (uint64_t)(t->draining ? DRAIN_SWEEP_MS : SWEEP_MS) * 1000000)
        sweep(t);
}

void mhd_server_stop_accepting(struct mhd_server *t) {
    MHD_run(t->daemon); /* accept the connections that are waiting */
    MHD_socket listener = MHD_quiesce_daemon(t->daemon);
    if (listener != MHD_INVALID_SOCKET)
        close(listener);
}

void mhd_server_drain(struct mhd_server *t) {
    t->draining = true;
}

size_t mhd_server_connections(const struct mhd_server *t) {
    return t->count;
}

void mhd_server_free(struct mhd_server *t) {
    if (t == NULL)
        return;
    MHD_stop_daemon(t->daemon);
    free(t);
}

/* The library would wake only its own thread. */
void mhd_server_wake(void *waker) {
    struct connection *c = waker;
    struct mhd_server *t = c->server; /* after this the connection may be freed */
    MHD_resume_connection(c->mhd);
    if (!atomic_exchange(&t->woken, true))
        eventfd_write(t->wake, 1);
}
