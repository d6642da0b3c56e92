/* parallel.c - a counter of tasks and threads that draw from it. */
#include "libetl/parallel.h"

#include <pthread.h>
#include <stdatomic.h>

enum { MAX_THREADS = 64 };

struct pool {
    void (*task)(void *user, size_t number);
    void *user;
    size_t tasks;
    atomic_size_t next;
};

static void *work(void *user) {
    struct pool *pool = user;
    for (size_t i; (i = atomic_fetch_add(&pool->next, 1)) < pool->tasks;)
        pool->task(pool->user, i);
    return NULL;
}

void parallel_run(unsigned threads, size_t tasks, void (*task)(void *user, size_t number), void *user) {
    struct pool pool = {.task = task, .user = user, .tasks = tasks};
    pthread_t started[MAX_THREADS];
    size_t wanted = threads < tasks ? threads : tasks, count = 0;
    while (count + 1 < wanted && count < MAX_THREADS && pthread_create(&started[count], NULL, work, &pool) == 0)
        count++;
    work(&pool);
    for (size_t i = 0; i < count; i++)
        pthread_join(started[i], NULL);
}
