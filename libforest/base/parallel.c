/* parallel.c - the same work for many numbers, by several threads. */
#include "libforest/base/parallel.h"

#include "libforest/base/forest_error.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

struct thread_pool {
    atomic_uint next; /* the number that nobody has taken yet */
    uint32_t to;
    atomic_int status; /* the first failure */
    lf_work *work;
    void *job;
    pthread_mutex_t watching;
    struct lf_watch *watch;
};

struct member {
    struct thread_pool *pool;
    unsigned worker;
    pthread_t thread;
};

static void fail(struct thread_pool *pool, enum forest_status status) {
    int none = FOREST_OK;
    atomic_compare_exchange_strong(&pool->status, &none, (int)status);
}

static void report(struct thread_pool *pool) {
    struct lf_watch *watch = pool->watch;
    if (watch == NULL || watch->progress == NULL)
        return;
    pthread_mutex_lock(&pool->watching);
    bool on = atomic_load(&pool->status) == FOREST_OK && watch->progress(watch->user, ++watch->done, watch->total);
    pthread_mutex_unlock(&pool->watching);
    if (!on)
        fail(pool, FOREST_CANCELLED);
}

static void *run(void *argument) {
    struct member *member = argument;
    struct thread_pool *pool = member->pool;
    while (atomic_load(&pool->status) == FOREST_OK) {
        uint32_t number = atomic_fetch_add(&pool->next, 1);
        if (number >= pool->to)
            break;
        enum forest_status status = pool->work(pool->job, member->worker, number);
        if (status == FOREST_OK)
            report(pool);
        else
            fail(pool, status);
    }
    return NULL;
}

/* The caller is one of the workers.  Where a thread cannot be had, those that run do its work too. */
static void run_all(struct thread_pool *pool, struct member *member, unsigned workers) {
    unsigned started = 1;
    for (; started < workers; started++) {
        member[started] = (struct member){.pool = pool, .worker = started};
        if (pthread_create(&member[started].thread, NULL, run, &member[started]) != 0)
            break;
    }
    run(&(struct member){.pool = pool});
    for (unsigned worker = 1; worker < started; worker++)
        pthread_join(member[worker].thread, NULL);
}

enum forest_status lf_parallel(unsigned workers, uint32_t from, uint32_t to, lf_work *work, void *job,
                               struct lf_watch *watch, struct forest_error *err) {
    struct thread_pool pool = {.to = to, .work = work, .job = job, .watch = watch};
    atomic_init(&pool.next, from);
    atomic_init(&pool.status, FOREST_OK);
    pthread_mutex_init(&pool.watching, NULL);
    struct member *member = calloc(workers, sizeof *member);
    run_all(&pool, member, member != NULL ? workers : 1);
    free(member);
    pthread_mutex_destroy(&pool.watching);
    switch (atomic_load(&pool.status)) {
    case FOREST_OK:
        return FOREST_OK;
    case FOREST_CANCELLED:
        return lf_fail(err, FOREST_CANCELLED, "stopped as asked");
    default:
        return lf_no_memory(err);
    }
}
