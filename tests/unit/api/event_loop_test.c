/* event_loop_test.c - what threads do to each other: models swapped under readers, loops stopped under clients. */
#include "tests/unit/api/fixture.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "services/api/http/listener.h"
#include "services/api/http/mhd_server.h"

/* ---- swaps ---- */

enum { READERS = 2, SWAPS = 2000, ALIVE = 0x600d };

/* A model is only a pointer to model_slot.c: here, to a mark that says whether it was freed. */
struct swapping {
    struct model_slot slot;
    struct model_slot_reader reader[READERS];
    atomic_bool over;
    atomic_int dead_reads;
    _Atomic long reads;
};

struct reading {
    struct swapping *swapping;
    size_t number;
};

static void *read_on(void *argument) {
    const struct reading *reading = argument;
    struct swapping *s = reading->swapping;
    while (!atomic_load(&s->over)) {
        model_slot_enter(&s->slot, &s->reader[reading->number]);
        for (int i = 0; i < 20; i++)
            if (*(const volatile int *)(const void *)model_slot_get(&s->slot) != ALIVE)
                atomic_fetch_add(&s->dead_reads, 1);
        model_slot_leave(&s->reader[reading->number]);
        atomic_fetch_add(&s->reads, 1);
    }
    return NULL;
}

static struct served_model *new_mark(void) {
    int *mark = malloc(sizeof *mark);
    assert_non_null(mark);
    *mark = ALIVE;
    return (struct served_model *)(void *)mark;
}

static void a_swapped_model_is_never_seen_again(void **state) {
    struct swapping *s = aligned_alloc(64, (sizeof *s + 63) / 64 * 64);
    pthread_t thread[READERS];
    struct reading reading[READERS];
    (void)state;
    assert_non_null(s);
    memset(s, 0, sizeof *s);
    model_slot_open(&s->slot, s->reader, READERS);
    model_slot_swap(&s->slot, new_mark());
    for (size_t i = 0; i < READERS; i++) {
        reading[i] = (struct reading){s, i};
        pthread_create(&thread[i], NULL, read_on, &reading[i]);
    }
    while (atomic_load(&s->reads) == 0) /* swaps mean nothing before somebody reads */
        sched_yield();
    for (int i = 0; i < SWAPS; i++) {
        int *old = (int *)(void *)model_slot_swap(&s->slot, new_mark());
        *old = 0xdead;
        free(old);
    }
    atomic_store(&s->over, true);
    for (size_t i = 0; i < READERS; i++)
        pthread_join(thread[i], NULL);
    assert_int_equal(atomic_load(&s->dead_reads), 0);
    free(model_slot_swap(&s->slot, NULL));
    free(s);
}

/* ---- stopping to accept ---- */

enum { CYCLES = 4000 };

static size_t admit(void *user, struct request *request) {
    (void)user;
    (void)request;
    return 0;
}
static void answer(void *user, struct request *request, struct response *response) {
    (void)user;
    (void)request;
    response_static(response, 200, NULL, "", 0);
}
static void on_reject(void *user, const struct request *request, int status, const char *reason,
                      struct response *response) {
    (void)user;
    (void)request;
    (void)reason;
    response_static(response, status, NULL, "", 0);
}
static bool take(void *user, struct request *request, const char *bytes, size_t size) {
    (void)user;
    (void)request;
    (void)bytes;
    (void)size;
    return true;
}
static void finish(void *user, struct request *request, int status, uint64_t nanoseconds) {
    (void)user;
    (void)request;
    (void)status;
    (void)nanoseconds;
}

static void *connect_on(void *argument) {
    const _Atomic long long *port = argument;
    for (long long at; (at = atomic_load(port)) >= 0;) {
        const struct sockaddr_in address = {
            .sin_family = AF_INET, .sin_port = htons((uint16_t)at), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
            send(fd, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27, MSG_NOSIGNAL);
        close(fd);
    }
    return NULL;
}

/* The library's thread pools die of this; a daemon that its own thread stops does not. */
static void four_thousand_times_accepting_stops_under_clients(void **state) {
    const struct mhd_server_limits limits = {.connections = 100, .request_seconds = 5, .idle_seconds = 5};
    const struct mhd_server_callbacks calls = {NULL, admit, take, answer, on_reject, finish};
    _Atomic long long port = 9;
    pthread_t client;
    (void)state;
    pthread_create(&client, NULL, connect_on, &port);
    for (int i = 0; i < CYCLES; i++) {
        int fd;
        char reason[200];
        long long at = 0;
        assert_true(listener_open("127.0.0.1", &at, &fd, 1, reason));
        atomic_store(&port, at);
        struct mhd_server *server = mhd_server_new(fd, -1, &limits, &calls);
        assert_non_null(server);
        struct pollfd ready = {.fd = mhd_server_fd(server), .events = POLLIN};
        poll(&ready, 1, i % 3);
        mhd_server_step(server);
        mhd_server_stop_accepting(server);
        mhd_server_drain(server);
        mhd_server_step(server);
        mhd_server_free(server);
    }
    atomic_store(&port, -1);
    pthread_join(client, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_swapped_model_is_never_seen_again),
        cmocka_unit_test(four_thousand_times_accepting_stops_under_clients),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
