/* tasks.h - tasks side by side: threads for one call, taking the next task whenever they are done with one. */
#ifndef LIBETL_TASKS_H
#define LIBETL_TASKS_H

#include <stddef.h>

/*
 * Call task(user, i) once for each i below `tasks`, on up to `threads` threads of which the caller's is one; all are
 * done when this returns.  Where fewer threads can be started than wanted, these do it all.
 */
void etl_tasks_run(unsigned threads, size_t tasks, void (*task)(void *user, size_t number), void *user);

#endif
