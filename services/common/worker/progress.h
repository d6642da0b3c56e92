/* progress.h - a progress bar on terminals for what takes over a second; silent elsewhere. */
#ifndef COMMON_PROGRESS_H
#define COMMON_PROGRESS_H

#include <stdint.h>

struct progress {
    const char *what;      /* borrowed; "reading" */
    const char *unit;      /* "MB", "trees" */
    uint64_t total;        /* 0: unknown */
    double started, drawn; /* seconds of the monotonic clock */
    int terminal;
};

void progress_begin(struct progress *p, const char *what, const char *unit, uint64_t total);
void progress_update(struct progress *p,
                     uint64_t done);   /* cheap; draws at most ten times a second, with rate and time left */
void progress_end(struct progress *p); /* wipes the bar */

#endif
