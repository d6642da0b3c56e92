/* parallel.h - the same work for many numbers, by several threads. */
#ifndef LF_PARALLEL_H
#define LF_PARALLEL_H

#include "libforest/forest.h"

/* Called between pieces of work, by one thread at a time. */
struct lf_watch {
    forest_progress *progress; /* or NULL */
    void *user;
    uint32_t done, total;
};

/* Work on one number.  `worker` says whose memory to use. */
typedef enum forest_status lf_work(void *job, unsigned worker, uint32_t number);

/*
 * Work on from .. to-1 in no particular order, and stop at the first failure, which is returned.  Where
 * the system gives fewer threads than asked for, those do it all; the caller's is one of them.
 */
enum forest_status lf_parallel(unsigned workers, uint32_t from, uint32_t to, lf_work *work, void *job,
                               struct lf_watch *watch, struct forest_error *err);

#endif
