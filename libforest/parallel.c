/* parallel.c - the same work for many numbers, by several threads. */
#include "libforest/parallel.h"

#include "libforest/error.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct crew {
    atomic_uint next; /* the number that nobody has taken yet */
    uint32_t to;
    atomic_int status; /* the first failure */
    lf_work *work;
    void *job;
    pthread_mutex_t watching;
    struct lf_watch *watch;
};

struct member {
    struct crew *crew;
    unsigned worker;
    pthread_t thread;
};

static void fail(struct crew *crew, enum forest_status status) {
    int none = FOREST_OK;
    atomic_compare_exchange_strong(&crew->status, &none, (int)status);
}

static void report(struct crew *crew) {
    struct lf_watch *watch = crew->watch;
    if (watch == NULL || watch->progress == NULL)
        return;
    pthread_mutex_lock(&crew->watching);
    bool on = atomic_load(&crew->status) == FOREST_OK && watch->progress(watch->user, ++watch->done, watch->total);
    pthread_mutex_unlock(&crew->watching);
    if (!on)
        fail(crew, FOREST_CANCELLED);
}

static void *run(void *argument) {
    struct member *member = argument;
    struct crew *crew = member->crew;
    while (atomic_load(&crew->status) == FOREST_OK) {
        uint32_t number = atomic_fetch_add(&crew->next, 1);
        if (number >= crew->to)
            break;
        enum forest_status status = crew->work(crew->job, member->worker, number);
        if (status == FOREST_OK)
            report(crew);
        else
            fail(crew, status);
    }
    return NULL;
}

enum forest_status lf_parallel(unsigned workers, uint32_t from, uint32_t to, lf_work *work, void *job,
                               struct lf_watch *watch, struct forest_error *err) {
    struct crew crew = {.to = to, .work = work, .job = job, .watch = watch};
    atomic_init(&crew.next, from);
    atomic_init(&crew.status, FOREST_OK);
    pthread_mutex_init(&crew.watching, NULL);
    struct member *member = calloc(workers, sizeof *member);
    unsigned started = 0;
    for (unsigned worker = 1; member != NULL && worker < workers; worker++, started++) {
        member[worker] = (struct member){.crew = &crew, .worker = worker};
        if (pthread_create(&member[worker].thread, NULL, run, &member[worker]) != 0)
            break;
    }
    run(&(struct member){.crew = &crew});
    for (unsigned worker = 1; worker <= started; worker++)
        pthread_join(member[worker].thread, NULL);
    free(member);
    pthread_mutex_destroy(&crew.watching);
    switch (atomic_load(&crew.status)) {
    case FOREST_OK:
        return FOREST_OK;
    case FOREST_CANCELLED:
        return lf_fail(err, FOREST_CANCELLED, "stopped as asked");
    default:
        return lf_no_memory(err);
    }
}
