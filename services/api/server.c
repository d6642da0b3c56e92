/* server.c - the running server: event loops that answer requests, and the main thread that controls them. */
#include "services/api/server.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "services/api/event_loop.h"
#include "services/api/http/listener.h"
#include "services/api/io/log_writer.h"
#include "services/api/model/model_watcher.h"
#include "services/api/pages/monitoring.h"
#include "services/api/routes.h"
#include "services/api/webhooks/webhook.h"
#include "services/common/util/unix_time.h"
#include "services/common/worker/log.h"

enum { LEAST_CONNECTIONS = 16 };

struct server {
    const struct options *options;
    struct app app;
    struct model_watcher watcher;
    struct log_writer predictions, access;
    struct webhooks webhooks;
    struct monitoring monitoring;
    char instance[HOST_NAME_MAX + 1];
    long long connections; /* total of all loops */
    size_t loops;
    struct event_loop *loop;          /* [loops] */
    struct thread_context *context;   /* [loops] */
    struct model_slot_reader *reader; /* [loops] */
};

/* ---- starting ---- */

/*
 * Raise the limit of file descriptors to what the connections need, and return how many connections the limit allows.
 * Some descriptors are reserved for the model, the logs and the deliveries, however many clients connect.
 */
static long long raise_file_limit(const struct options *options, size_t loops) {
    struct rlimit limit;
    const rlim_t own = 64 + 8 * (rlim_t)loops, wanted = (rlim_t)options->connections + own;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return options->connections;
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= wanted)
        return options->connections;
    long long max_connections =
        limit.rlim_cur > own + LEAST_CONNECTIONS ? (long long)(limit.rlim_cur - own) : LEAST_CONNECTIONS;
    log_event(LOG_WARN, "connections limited",
              "CONNECTIONS is %lld, but the limit of open files (%ju) allows only %lld", options->connections,
              (uintmax_t)limit.rlim_cur, max_connections);
    return max_connections;
}

/* The signals the main thread waits for; blocked before any thread starts, so that all inherit it. */
static sigset_t watched_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    return set;
}

/* This server's name in file names: INSTANCE or the host name, with unusual characters replaced. */
static void name_instance(struct server *server) {
    if (server->options->instance != NULL)
        snprintf(server->instance, sizeof server->instance, "%s", server->options->instance);
    else if (gethostname(server->instance, sizeof server->instance - 1) != 0 || server->instance[0] == '\0')
        snprintf(server->instance, sizeof server->instance, "api");
    for (char *c = server->instance; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && strchr("_.", *c) == NULL)
            *c = '_';
}

/* The threads that write to the volume. */
static bool open_writers(struct server *server) {
    const struct options *options = server->options;
    struct app *app = &server->app;
    if (options->prediction_log &&
        log_writer_open(&server->predictions, options->common.data, server->instance, server->loops))
        app->predictions = &server->predictions;
    if (options->access_log && log_writer_open(&server->access, NULL, server->instance, server->loops))
        app->access_log = &server->access;
    if (webhooks_open(&server->webhooks, options, server->instance, mhd_server_wake))
        app->webhooks = &server->webhooks;
    return (app->predictions != NULL) == options->prediction_log && (app->access_log != NULL) == options->access_log &&
           app->webhooks != NULL;
}

static bool prepare(struct server *server, const struct options *options, const struct etl_config *config) {
    size_t loops = settings_threads(options->threads);
    *server = (struct server){.options = options, .loops = loops, .connections = raise_file_limit(options, loops)};
    server->loop = calloc(loops, sizeof *server->loop);
    server->context = calloc(loops, sizeof *server->context);
    server->reader = aligned_alloc(_Alignof(struct model_slot_reader), loops * sizeof *server->reader);
    if (server->loop == NULL || server->context == NULL || server->reader == NULL ||
        !app_open(&server->app, options, config, &routes, server->reader, loops))
        return false;
    if (options->rate_limit > 0 && server->app.access.keys.count == 0 && server->app.access.proxies.count == 0)
        log_event(LOG_WARN, "rate limit inactive", "RATE_LIMIT needs API_KEYS or TRUSTED_PROXIES to identify clients");
    name_instance(server);
    model_watcher_open(&server->watcher, options->common.data, &server->app.model_context, &server->app.slot);
    server->app.watcher = &server->watcher;
    server->app.context = server->context;
    for (size_t i = 0; i < loops; i++)
        thread_context_open(&server->context[i], &server->app, i);
    monitoring_open(&server->monitoring, options->common.data, mhd_server_wake);
    server->app.monitoring = &server->monitoring;
    return open_writers(server);
}

static bool start_loops(struct server *server) {
    const struct options *options = server->options;
    const struct mhd_server_limits limits = {
        .connections = (unsigned)((unsigned long long)server->connections / server->loops + 1),
        .request_seconds = (unsigned)options->request_seconds,
        .idle_seconds = (unsigned)options->idle_seconds};
    char reason[200];
    long long port = options->port;
    int *listener = calloc(server->loops, sizeof *listener);
    if (listener == NULL || !listener_open(options->host, &port, listener, server->loops, reason)) {
        log_event(LOG_ERROR, "failed", "%s", listener == NULL ? "out of memory" : reason);
        free(listener);
        return false;
    }
    for (size_t i = 0; i < server->loops; i++)
        if (!event_loop_start(&server->loop[i], listener[i], &limits, &server->context[i], &server->reader[i])) {
            log_event(LOG_ERROR, "failed", "could not start an event loop: out of memory or file descriptors");
            _exit(EXIT_TEMPFAIL); /* with the loops that are already running */
        }
    free(listener);
    log_event(LOG_INFO, "listening", "on %s port %lld, %zu event loops", options->host, port, server->loops);
    return true;
}

/* ---- running ---- */

/* Wait for a signal; 0 if none arrived in time. */
static int wait_signal(const sigset_t *set, long long ms) {
    const struct timespec timeout = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    int number = sigtimedwait(set, NULL, &timeout);
    return number > 0 ? number : 0;
}

/* Run until SIGTERM or SIGINT; returns the signal. */
static int run_until_signal(struct server *server, const sigset_t *set) {
    int number = 0;
    do {
        model_watcher_poll(&server->watcher, number == SIGHUP);
        number = wait_signal(set, server->options->poll_ms);
    } while (number == 0 || number == SIGHUP);
    return number;
}

/* Whether a second signal arrives in this time: it means "stop at once". */
static bool second_signal_within(const sigset_t *set, long long ms) {
    double until = monotonic_seconds() + (double)ms / 1000;
    int number;
    do {
        double left = until - monotonic_seconds();
        number = wait_signal(set, left > 0 ? (long long)(left * 1000) + 1 : 0);
    } while (number == SIGHUP || (number == 0 && monotonic_seconds() < until));
    return number != 0;
}

/* Send all loops a command, and wait until they have executed it. */
static void command_loops(struct server *server, enum event_loop_phase phase) {
    const struct timespec pause_between = {.tv_nsec = 1000000};
    for (size_t i = 0; i < server->loops; i++)
        event_loop_command(&server->loop[i], phase);
    for (size_t i = 0; i < server->loops; i++)
        while (event_loop_state(&server->loop[i]) < phase)
            nanosleep(&pause_between, NULL);
}

static bool join_loops(struct server *server, double seconds, const sigset_t *set, bool *interrupted) {
    double until = monotonic_seconds() + seconds;
    for (size_t i = 0; i < server->loops; i++) {
        while (event_loop_state(&server->loop[i]) < EVENT_LOOP_ENDED) {
            *interrupted = second_signal_within(set, 10);
            if (*interrupted || monotonic_seconds() > until)
                return false;
        }
        event_loop_join(&server->loop[i]);
    }
    return true;
}

/*
 * First report "not ready" but serve everything, so that load balancers stop sending requests. Then accept no more
 * connections, and close each connection after its next reply.
 */
static enum exit_code drain(struct server *server, const sigset_t *set, bool graceful) {
    const struct options *options = server->options;
    bool interrupted = false;
    atomic_store(&server->app.draining, true);
    log_event(LOG_INFO, "draining", "reporting not ready for %lld s, then finishing requests in progress",
              graceful ? options->drain_seconds : 0);
    if (graceful && second_signal_within(set, options->drain_seconds * 1000))
        _exit(EXIT_TERMINATED);
    command_loops(server, EVENT_LOOP_STOP_ACCEPTING);
    command_loops(server, EVENT_LOOP_DRAIN);
    if (!join_loops(server, (double)options->request_seconds + 1, set, &interrupted)) {
        log_event(LOG_WARN, "connections cut", "%s",
                  interrupted ? "a second signal arrived" : "some clients did not finish within the timeout");
        _exit(interrupted ? EXIT_TERMINATED : EXIT_DONE);
    }
    log_event(LOG_INFO, "stopped", "all requests answered");
    return EXIT_DONE;
}

static void exit_immediately(int number) {
    (void)number;
    _exit(EXIT_TERMINATED);
}

/* The remaining writes may block on a disk or on the reader of stdout: a second signal exits at once. */
static void exit_on_next_signal(void) {
    sigset_t set;
    signal(SIGTERM, exit_immediately);
    signal(SIGINT, exit_immediately);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void server_shutdown(struct server *server) {
    exit_on_next_signal();
    monitoring_close(&server->monitoring);
    if (server->app.webhooks != NULL)
        webhooks_close(server->app.webhooks);
    if (server->app.predictions != NULL)
        log_writer_close(server->app.predictions);
    if (server->app.access_log != NULL)
        log_writer_close(server->app.access_log);
    for (size_t i = 0; i < server->loops && server->loop != NULL; i++)
        event_loop_done(&server->loop[i]); /* until here the webhook store and the monitoring may wake requests */
    for (size_t i = 0; i < server->loops && server->context != NULL; i++)
        thread_context_done(&server->context[i]);
    model_watcher_done(&server->watcher);
    app_done(&server->app);
    free(server->loop);
    free(server->context);
    free(server->reader);
}

enum exit_code server_run(const struct options *options, const struct etl_config *config) {
    struct server server;
    enum exit_code code = EXIT_TEMPFAIL;
    const sigset_t set = watched_signals();
    signal(SIGPIPE, SIG_IGN);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (!prepare(&server, options, config))
        log_event(LOG_ERROR, "failed", "could not start: out of memory or file descriptors");
    else if (start_loops(&server))
        code = drain(&server, &set, run_until_signal(&server, &set) == SIGTERM);
    server_shutdown(&server);
    return code;
}
