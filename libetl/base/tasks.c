/* tasks.c - threads that take tasks from a shared counter. */
#include "libetl/base/tasks.h"

#include <pthread.h>
#include <stdatomic.h>

enum { MAX_THREADS = 64 };

struct task_queue {
    void (*task)(void *user, size_t number);
    void *user;
    size_t tasks;
    atomic_size_t next;
};

static void *run_tasks(void *user) {
    struct task_queue *queue = user;
    for (size_t i; (i = atomic_fetch_add(&queue->next, 1)) < queue->tasks;)
        queue->task(queue->user, i);
    return NULL;
}

void etl_tasks_run(unsigned threads, size_t tasks, void (*task)(void *user, size_t number), void *user) {
    struct task_queue queue = {.task = task, .user = user, .tasks = tasks};
    pthread_t started[MAX_THREADS];
    size_t wanted = threads < tasks ? threads : tasks, count = 0;
    while (count + 1 < wanted && count < MAX_THREADS && pthread_create(&started[count], NULL, run_tasks, &queue) == 0)
        count++;
    run_tasks(&queue);
    for (size_t i = 0; i < count; i++)
        pthread_join(started[i], NULL);
}
