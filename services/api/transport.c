/* transport.c - libmicrohttpd: the only file that knows it. */
#include "services/api/transport.h"

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

#include "services/api/body.h"
#include "services/api/gate.h"
#include "services/api/problem.h"

enum {
    POOL_BYTES = 8192,  /* a connection's memory: the library wipes it after every request */
    REPLY_SECONDS = 60, /* for the client to take its reply */
    SWEEP_MS = 250,     /* between looks at the deadlines */
    PAUSE_MS = 1,       /* a moment */
    DRAIN_SWEEP_MS = 20,
    DRAIN_IDLE_SECONDS = 1
};

/* A connection, and the request on it (HTTP/1.1 has one at a time). */
struct connection {
    struct transport *transport;
    struct MHD_Connection *mhd;
    struct connection *next, *previous;
    int fd;
    uint64_t deadline; /* ns; 0: none */
    uint64_t idle;     /* ns: since when it has no request; 0: it has one */
    struct request request;
    struct gate gate;
    size_t headers;            /* shown to us by the library */
    uint64_t started;          /* ns; 0: no request has begun on it yet */
    bool begun;                /* the library has shown us the headers */
    bool unread;               /* less than a request is here, and the client may have ended it since we looked */
    struct connection *paused; /* the next of those that wait a moment */
    struct body body;
};

struct transport {
    struct MHD_Daemon *daemon;
    int wake; /* the caller's */
    _Atomic bool woken;
    struct transport_limits limits;
    struct transport_calls calls;
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

static void rest(struct connection *c, uint64_t now, unsigned seconds) {
    c->idle = now;
    c->deadline = now + seconds * second;
    c->unread = true;
}

/* What MHD_get_connection_info returns is overwritten by its next call: copied at once, here and below. */
static int socket_of(struct MHD_Connection *mhd) {
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

static void name_peer(struct connection *c) {
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

static struct connection *connection_new(struct transport *t, struct MHD_Connection *mhd) {
    struct connection *c = malloc(sizeof *c);
    if (c == NULL)
        return NULL;
    c->transport = t;
    c->mhd = mhd;
    c->fd = socket_of(mhd);
    c->started = 0;
    c->begun = false;
    body_start(&c->body);
    name_peer(c);
    rest(c, t->now, t->limits.request_seconds);
    c->previous = NULL;
    c->next = t->connections;
    if (c->next != NULL)
        c->next->previous = c;
    t->connections = c;
    t->count++;
    return c;
}

static void connection_free(struct transport *t, struct connection *c) {
    if (c->previous != NULL)
        c->previous->next = c->next;
    else
        t->connections = c->next;
    if (c->next != NULL)
        c->next->previous = c->previous;
    t->count--;
    body_done(&c->body);
    free(c);
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **context,
                          enum MHD_ConnectionNotificationCode code) {
    struct transport *t = cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        *context = connection_new(t, mhd);
    } else if (*context != NULL) {
        connection_free(t, *context);
        *context = NULL;
    }
}

static struct connection *connection_of(struct MHD_Connection *mhd) {
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/*
 * Whether the client has ended a connection with less than a request on it.  The library misses that where the end
 * came together with the last bytes, for it reads once and is told of news only; so one look after these is enough.
 */
static bool has_ended(struct connection *c) {
    char byte;
    if (!c->unread)
        return false;
    ssize_t n = recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    c->unread = n > 0 || c->started == 0; /* of half a request line nothing tells us */
    return n == 0;
}

/* The library's own timeout is of inactivity: a client that sends a byte a second would stay for ever. */
static void sweep(struct transport *t) {
    t->swept = t->now;
    for (struct connection *c = t->connections; c != NULL; c = c->next) {
        bool late = c->deadline != 0 && t->now >= c->deadline;
        bool unneeded = t->draining && c->idle != 0 && t->now >= c->idle + DRAIN_IDLE_SECONDS * second;
        if (late || unneeded || has_ended(c))
            shutdown(c->fd, SHUT_RDWR); /* the library then sees its end and tidies up */
    }
}

/* ---- a request ---- */

/* The request line has arrived.  What is returned comes back as *context of the calls below. */
static void *on_target(void *cls, const char *target, struct MHD_Connection *mhd) {
    struct transport *t = cls;
    struct connection *c = connection_of(mhd);
    if (c == NULL)
        return NULL;
    struct request *request = &c->request;
    c->started = clock_ns();
    c->deadline = c->started + t->limits.request_seconds * second;
    c->idle = 0;
    c->begun = false;
    c->unread = true;
    c->headers = 0;
    body_start(&c->body);
    memset(request->header, 0, sizeof request->header);
    request->forwards = 0;
    request->method = METHOD_OTHER;
    request->id[0] = '\0';
    request->route = NULL;
    request->streamed = false;
    request->ticket = NULL;
    request->waker = c;
    c->gate = (struct gate){.status = request_set_target(request, target)};
    c->gate.why = c->gate.status == 414 ? "has too long a path" : "has a target that is no path";
    return c;
}

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_size,
                                 const char *value, size_t value_size) {
    struct connection *c = cls;
    (void)kind;
    c->headers++;
    gate_header(&c->gate, &c->request, name, name_size, value, value_size);
    return MHD_YES;
}

/* 0.9.7x takes requests that HTTP forbids without a word; later releases refuse them where told to. */
static bool library_is_lax(void) {
    return strncmp(MHD_get_version(), "0.9.7", 5) == 0;
}

/*
 * Whether every line that came became one header that we saw.  0.9.7x drops nameless headers, cuts values
 * at a NUL and joins folded lines without a word; but it parses in place, from the method to the end of
 * the header, leaving a zero for the colon, the CR and the LF of each line and nowhere else.  So the zeroes
 * after the request line can be counted.
 */
static bool is_all_seen(const struct connection *c, const char *method, const char *version) {
    if (!library_is_lax())
        return true;
    size_t size = MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size;
    const char *end = method + size;
    size_t zeroes = 0;
    for (const char *at = version; at < end; at++)
        zeroes += *at == '\0';
    return zeroes == 2 + 3 * c->headers + 2;
}

static enum MHD_Result give(struct connection *c, struct reply *reply) {
    char *owned = reply->owned;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(reply->size, owned != NULL ? owned : (char *)(uintptr_t)reply->body,
                                        owned != NULL ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
    if (response == NULL) {
        reply_done(reply);
        return MHD_NO;
    }
    if (reply->type != NULL)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->type);
    for (size_t i = 0; i < reply->header_count; i++)
        MHD_add_response_header(response, reply->header[i].name, reply->header[i].value);
    if (c->transport->draining)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
    c->deadline = c->transport->now + REPLY_SECONDS * second;
    c->unread = false; /* what waits now is of the next request */
    enum MHD_Result queued = MHD_queue_response(c->mhd, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    return queued;
}

/* The headers are in.  A reply queued here closes the connection, so only what must be refused is. */
static enum MHD_Result begin(struct connection *c, const char *method, const char *version) {
    const struct transport_calls *calls = &c->transport->calls;
    c->begun = true;
    c->request.method = request_method_named(method);
    MHD_get_connection_values_n(c->mhd, MHD_HEADER_KIND, on_header, c);
    if (!is_all_seen(c, method, version))
        gate_refuse(&c->gate, 400, "has a NUL, a folded line, a bare line feed or a header without a name in its head");
    c->body.limit = calls->admit(calls->user, &c->request);
    c->body.expected = gate_length(&c->request);
    gate_close(&c->gate, &c->request, version, c->body.limit);
    if (c->gate.status == 0)
        return MHD_YES;
    struct reply reply;
    reply_start(&reply);
    calls->refuse(calls->user, &c->request, c->gate.status, c->gate.why, &reply);
    return give(c, &reply);
}

/* Take nothing of it for a moment, nor answer it; the kernel then has the client wait. */
static void pause_briefly(struct connection *c) {
    MHD_suspend_connection(c->mhd);
    c->unread = false; /* the library keeps some */
    c->paused = c->transport->paused;
    c->transport->paused = c;
}

static void end_pauses(struct transport *t) {
    struct connection *c = t->paused;
    t->paused = NULL;
    for (; c != NULL; c = c->paused)
        MHD_resume_connection(c->mhd);
}

/* A piece of the body has arrived; *size is 0 once it is taken. */
static enum MHD_Result receive(struct connection *c, const char *bytes, size_t *size) {
    const struct transport_calls *calls = &c->transport->calls;
    size_t arrived = *size;
    if (c->request.streamed && !body_is_too_long(&c->body) && !calls->take(calls->user, &c->request, bytes, arrived)) {
        pause_briefly(c);
        return MHD_YES;
    }
    *size = 0;
    c->unread = true;
    if (!body_admits(&c->body, arrived)) /* chunked, for the gate has seen every Content-Length */
        return c->body.swallowed <= BODY_SWALLOWED ? MHD_YES : MHD_NO;
    return c->request.streamed || body_keep(&c->body, bytes, arrived) ? MHD_YES : MHD_NO;
}

static enum MHD_Result finish(struct connection *c) {
    struct transport *t = c->transport;
    struct reply reply;
    reply_start(&reply);
    c->unread = false;
    c->request.body = body_bytes(&c->body);
    c->request.size = c->request.streamed ? 0 : c->body.size;
    if (body_is_too_long(&c->body))
        t->calls.refuse(t->calls.user, &c->request, 413, "is larger than this route takes", &reply);
    else
        t->calls.answer(t->calls.user, &c->request, &reply);
    if (reply.pause) {
        pause_briefly(c);
        return MHD_YES;
    }
    if (reply.later == NULL)
        return give(c, &reply);
    /* Asleep first, so that no wake-up can come too early. */
    c->deadline = 0;
    MHD_suspend_connection(c->mhd);
    reply.later(&c->request);
    return MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
                                  const char *version, const char *bytes, size_t *size, void **context) {
    struct connection *c = *context;
    (void)cls;
    (void)mhd;
    (void)url; /* decoded and cut at NUL by the library; the raw target was read before */
    if (c == NULL)
        return MHD_NO;
    if (!c->begun)
        return begin(c, method, version);
    if (*size == 0)
        return finish(c);
    return receive(c, bytes, size);
}

/* What was answered; 0: nothing. */
static int status_of(const struct connection *c) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_HTTP_STATUS);
    if (c->begun && c->gate.status != 0)
        return c->gate.status; /* the library's may differ where we answered first */
    return info != NULL ? (int)info->http_status : 0;
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode code) {
    struct transport *t = cls;
    struct connection *c = *context;
    (void)mhd;
    (void)code;
    if (c == NULL)
        return;
    uint64_t now = clock_ns();
    t->calls.finish(t->calls.user, &c->request, status_of(c), now - c->started);
    body_done(&c->body);
    rest(c, now, t->limits.idle_seconds);
    *context = NULL;
}

/* ---- what the library refuses by itself ---- */

/* The connection whose headers are in but not shown to us: the one that the library has in hand. */
static struct connection *find_unshown(const struct transport *t) {
    struct connection *c = t->connections;
    while (c != NULL && (c->begun || c->idle != 0 ||
                         MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE) == NULL))
        c = c->next;
    return c;
}

/* A whole reply past the library, and the end of all replies on this connection. */
static void say_last(const struct connection *c, const struct reply *reply) {
    struct buffer out = {0};
    buffer_format(&out, "HTTP/1.1 %d %s\r\nConnection: close\r\nContent-Length: %zu\r\nContent-Type: %s\r\n",
                  reply->status, problem_title(reply->status), reply->size, reply->type);
    for (size_t i = 0; i < reply->header_count; i++)
        buffer_format(&out, "%s: %s\r\n", reply->header[i].name, reply->header[i].value);
    buffer_string(&out, "\r\n");
    buffer_bytes(&out, reply->body, reply->size);
    if (buffer_good(&out))
        send(c->fd, out.at, out.size, MSG_NOSIGNAL | MSG_DONTWAIT);
    shutdown(c->fd, SHUT_WR);
    buffer_done(&out);
}

/* The headers of a request that the library refuses with this status: what is wrong with them, in our words. */
static void judge_unshown(struct connection *c, int status) {
    const struct transport_calls *calls = &c->transport->calls;
    MHD_get_connection_values_n(c->mhd, MHD_HEADER_KIND, on_header, c);
    size_t limit = calls->admit(calls->user, &c->request);
    const char *version = c->request.header[HEADER_HOST] != NULL ? "HTTP/1.1" : "HTTP/1.0"; /* it does not say which */
    if (status == 431)
        gate_refuse(&c->gate, 431, "has larger cookies than are taken");
    gate_close(&c->gate, &c->request, version, limit);
    gate_refuse(&c->gate, status, "has no Host");
}

/*
 * The library logs that it refuses a request, without saying whose, and then does so with a page of its own; 0.9.75
 * even puts one status line into the body of another.  So that we answer first: what it sends then finds the connection
 * shut.
 */
static void on_complaint(void *cls, const char *format, va_list args) {
    struct transport *t = cls;
    struct connection *c = strstr(format, "Error processing request") != NULL ? find_unshown(t) : NULL;
    struct reply reply;
    if (c == NULL)
        return;
    judge_unshown(c, (int)va_arg(args, unsigned));
    reply_start(&reply);
    t->calls.refuse(t->calls.user, &c->request, c->gate.status, c->gate.why, &reply);
    c->begun = true; /* the next complaint is of another */
    say_last(c, &reply);
    reply_done(&reply);
}

/* ---- the daemon ---- */

struct transport *transport_new(int listener, int wake, const struct transport_limits *limits,
                                const struct transport_calls *calls) {
    struct transport *t = calloc(1, sizeof *t);
    if (t != NULL) {
        t->wake = wake;
        t->limits = *limits;
        t->calls = *calls;
        t->now = t->swept = clock_ns();
        /* Without a thread of its own: the library's loop hangs when exactly 128 events are pending. */
        t->daemon = MHD_start_daemon(
            MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request, t,
            MHD_OPTION_EXTERNAL_LOGGER, on_complaint, t, MHD_OPTION_LISTEN_SOCKET, listener,
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

int transport_fd(const struct transport *t) {
    return MHD_get_daemon_info(t->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

int transport_patience(struct transport *t) {
    MHD_UNSIGNED_LONG_LONG wanted;
    int most = t->draining ? DRAIN_SWEEP_MS : SWEEP_MS;
    if (t->paused != NULL)
        return PAUSE_MS;
    if (MHD_get_timeout(t->daemon, &wanted) == MHD_YES && wanted < (MHD_UNSIGNED_LONG_LONG)most)
        return (int)wanted;
    return most;
}

void transport_step(struct transport *t) {
    t->now = clock_ns();
    end_pauses(t);
    atomic_store(&t->woken, false); /* before all that was resumed until now is taken */
    MHD_run(t->daemon);
    if (t->now - t->swept >= (uint64_t)(t->draining ? DRAIN_SWEEP_MS : SWEEP_MS) * 1000000)
        sweep(t);
}

void transport_stop_accepting(struct transport *t) {
    MHD_run(t->daemon); /* take what has connected already */
    MHD_socket listener = MHD_quiesce_daemon(t->daemon);
    if (listener != MHD_INVALID_SOCKET)
        close(listener);
}

void transport_drain(struct transport *t) {
    t->draining = true;
}

size_t transport_connections(const struct transport *t) {
    return t->count;
}

void transport_free(struct transport *t) {
    if (t == NULL)
        return;
    MHD_stop_daemon(t->daemon);
    free(t);
}

/* The library would wake only a thread of its own. */
void transport_wake(void *waker) {
    struct connection *c = waker;
    struct transport *t = c->transport; /* once resumed, the connection may be gone */
    MHD_resume_connection(c->mhd);
    if (!atomic_exchange(&t->woken, true))
        eventfd_write(t->wake, 1);
}
