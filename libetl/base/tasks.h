/* tasks.h - runs tasks in parallel: threads live for one call and take the next task when they finish one. */
#ifndef LIBETL_TASKS_H
#define LIBETL_TASKS_H

#include <stddef.h>

/*
 * Call task(user, i) once for each i below `tasks`, on up to `threads` threads including the caller's.  All tasks are
 * done when this returns.  If fewer threads can be started, these run all tasks.
 */
void etl_tasks_run(unsigned threads, size_t tasks, void (*task)(void *user, size_t number), void *user);

#endif
