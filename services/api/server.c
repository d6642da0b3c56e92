/* server.c - the running server: loops that serve, and the main thread that watches over them. */
#include "services/api/server.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "services/api/journal.h"
#include "services/api/listener.h"
#include "services/api/loop.h"
#include "services/api/monitoring.h"
#include "services/api/reload.h"
#include "services/api/routes.h"
#include "services/common/clock.h"
#include "services/common/log.h"
#include "services/common/publish.h"
#include "services/common/volume.h"

enum { LEAST_CONNECTIONS = 16 };

struct server {
    const struct options *options;
    struct service service;
    struct reload reload;
    struct journal predictions, access;
    struct inbox inbox;
    struct monitoring monitoring;
    char instance[HOST_NAME_MAX + 1];
    char prediction_folder[PATH_MAX];
    long long connections; /* at once, in all */
    size_t loops;
    struct loop *loop;            /* [loops] */
    struct worker *worker;        /* [loops] */
    struct served_reader *reader; /* [loops] */
};

/* ---- starting ---- */

/*
 * As many descriptors as the connections need, where the system allows it; returns how many connections that is.
 * The model, the logs and the deliveries have theirs left over, however many clients there are.
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
    long long most = limit.rlim_cur > own + LEAST_CONNECTIONS ? (long long)(limit.rlim_cur - own) : LEAST_CONNECTIONS;
    log_event(LOG_WARN, "few descriptors", "of %lld connections %lld are taken at once: only %ju files may be open",
              options->connections, most, (uintmax_t)limit.rlim_cur);
    return most;
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

/* This server's name in names of files: what INSTANCE says or the machine is called, without odd characters. */
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
    struct service *service = &server->service;
    struct file_error err;
    if (!publish_path(server->prediction_folder, &err, "%s/" VOLUME_PREDICTIONS, options->common.data))
        return false;
    if (options->prediction_log &&
        journal_open(&server->predictions, server->prediction_folder, server->instance, server->loops))
        service->predictions = &server->predictions;
    if (options->access_log && journal_open(&server->access, NULL, server->instance, server->loops))
        service->access_log = &server->access;
    bool hooks = service->secrets[INBOX_STRIPE].count + service->secrets[INBOX_FORMSPREE].count > 0;
    if (hooks && inbox_open(&server->inbox, options->common.data, server->instance, transport_wake))
        service->inbox = &server->inbox;
    return (service->predictions != NULL) == options->prediction_log &&
           (service->access_log != NULL) == options->access_log && (service->inbox != NULL) == hooks;
}

static bool prepare(struct server *server, const struct options *options, const struct config *config) {
    size_t loops = settings_threads(options->threads);
    *server = (struct server){.options = options, .loops = loops, .connections = raise_file_limit(options, loops)};
    server->loop = calloc(loops, sizeof *server->loop);
    server->worker = calloc(loops, sizeof *server->worker);
    server->reader = aligned_alloc(_Alignof(struct served_reader), loops * sizeof *server->reader);
    if (server->loop == NULL || server->worker == NULL || server->reader == NULL ||
        !service_open(&server->service, options, config, &routes, server->reader, loops))
        return false;
    if (options->rate_limit > 0 && server->service.access.keys.count == 0 && server->service.access.proxies.count == 0)
        log_event(LOG_WARN, "no rate limit", "RATE_LIMIT holds for nobody without API_KEYS or TRUSTED_PROXIES");
    name_instance(server);
    reload_open(&server->reload, options->common.data, &server->service.words, &server->service.served);
    server->service.reload = &server->reload;
    server->service.worker = server->worker;
    for (size_t i = 0; i < loops; i++)
        worker_open(&server->worker[i], &server->service, i);
    monitoring_open(&server->monitoring, options->common.data, transport_wake);
    server->service.monitoring = &server->monitoring;
    return open_writers(server);
}

static bool start_loops(struct server *server) {
    const struct options *options = server->options;
    const struct transport_limits limits = {.connections =
                                                (unsigned)((unsigned long long)server->connections / server->loops + 1),
                                            .request_seconds = (unsigned)options->request_seconds,
                                            .idle_seconds = (unsigned)options->idle_seconds};
    char why[200];
    long long port = options->port;
    int *listener = calloc(server->loops, sizeof *listener);
    if (listener == NULL || !listener_open(options->host, &port, listener, server->loops, why)) {
        log_event(LOG_ERROR, "failed", "%s", listener == NULL ? "out of memory" : why);
        free(listener);
        return false;
    }
    for (size_t i = 0; i < server->loops; i++)
        if (!loop_start(&server->loop[i], listener[i], &limits, &server->worker[i], &server->reader[i])) {
            log_event(LOG_ERROR, "failed", "start a loop: out of memory or descriptors");
            _exit(EXIT_TRY_LATER); /* with the loops that run already */
        }
    free(listener);
    log_event(LOG_INFO, "listening", "on %s port %lld, %zu loops", options->host, port, server->loops);
    return true;
}

/* ---- running ---- */

/* Wait for a signal at most so long; 0 where none came. */
static int wait_signal(const sigset_t *set, long long ms) {
    const struct timespec patience = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    int number = sigtimedwait(set, NULL, &patience);
    return number > 0 ? number : 0;
}

/* Until SIGTERM or SIGINT; returns which. */
static int watch(struct server *server, const sigset_t *set) {
    int number = 0;
    do {
        reload_look(&server->reload, number == SIGHUP);
        number = wait_signal(set, server->options->poll_ms);
    } while (number == 0 || number == SIGHUP);
    return number;
}

/* Whether a second signal arrives within so long: that means at once. */
static bool is_impatient(const sigset_t *set, long long ms) {
    double until = clock_monotonic() + (double)ms / 1000;
    int number;
    do {
        double left = until - clock_monotonic();
        number = wait_signal(set, left > 0 ? (long long)(left * 1000) + 1 : 0);
    } while (number == SIGHUP || (number == 0 && clock_monotonic() < until));
    return number != 0;
}

/* Have all loops do it, and wait until they have. */
static void tell_loops(struct server *server, enum loop_order order) {
    const struct timespec pause_between = {.tv_nsec = 1000000};
    for (size_t i = 0; i < server->loops; i++)
        loop_tell(&server->loop[i], order);
    for (size_t i = 0; i < server->loops; i++)
        while (loop_state(&server->loop[i]) < order)
            nanosleep(&pause_between, NULL);
}

static bool join_loops(struct server *server, double seconds, const sigset_t *set, bool *impatient) {
    double until = clock_monotonic() + seconds;
    for (size_t i = 0; i < server->loops; i++) {
        while (loop_state(&server->loop[i]) < LOOP_ENDED) {
            *impatient = is_impatient(set, 10);
            if (*impatient || clock_monotonic() > until)
                return false;
        }
        loop_join(&server->loop[i]);
    }
    return true;
}

/*
 * First only say that we are not ready, so that balancers turn away while all is still served; then
 * take no more connections, and end each with its next reply.
 */
static enum exit_code drain(struct server *server, const sigset_t *set, bool graceful) {
    const struct options *options = server->options;
    bool impatient = false;
    atomic_store(&server->service.draining, true);
    log_event(LOG_INFO, "draining", "not ready for %lld s, then finishing what is in flight",
              graceful ? options->drain_seconds : 0);
    if (graceful && is_impatient(set, options->drain_seconds * 1000))
        _exit(EXIT_TERMINATED);
    tell_loops(server, LOOP_STOP_ACCEPTING);
    tell_loops(server, LOOP_DRAIN);
    if (!join_loops(server, (double)options->request_seconds + 1, set, &impatient)) {
        log_event(LOG_WARN, "cut", "%s", impatient ? "a second signal arrived" : "some clients did not finish in time");
        _exit(impatient ? EXIT_TERMINATED : EXIT_DONE);
    }
    log_event(LOG_INFO, "stopped", "all requests were answered");
    return EXIT_DONE;
}

static void end_at_once(int number) {
    (void)number;
    _exit(EXIT_TERMINATED);
}

/* What is left to write may have to wait for a disk, or for who reads our stdout: a second signal does not. */
static void let_signals_end(void) {
    sigset_t set;
    signal(SIGTERM, end_at_once);
    signal(SIGINT, end_at_once);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void tidy(struct server *server) {
    let_signals_end();
    monitoring_close(&server->monitoring);
    if (server->service.inbox != NULL)
        inbox_close(server->service.inbox);
    if (server->service.predictions != NULL)
        journal_close(server->service.predictions);
    if (server->service.access_log != NULL)
        journal_close(server->service.access_log);
    for (size_t i = 0; i < server->loops && server->loop != NULL; i++)
        loop_done(&server->loop[i]); /* the inbox and the monitoring might have woken their requests until now */
    for (size_t i = 0; i < server->loops && server->worker != NULL; i++)
        worker_done(&server->worker[i]);
    reload_done(&server->reload);
    service_done(&server->service);
    free(server->loop);
    free(server->worker);
    free(server->reader);
}

enum exit_code server_run(const struct options *options, const struct config *config) {
    struct server server;
    enum exit_code code = EXIT_TRY_LATER;
    const sigset_t set = watched_signals();
    signal(SIGPIPE, SIG_IGN);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (!prepare(&server, options, config))
        log_event(LOG_ERROR, "failed", "start: out of memory or descriptors");
    else if (start_loops(&server))
        code = drain(&server, &set, watch(&server, &set) == SIGTERM);
    tidy(&server);
    return code;
}
