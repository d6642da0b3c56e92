/*
 * subprocess.h - runs another leadforest program of the same folder, and waits for it or lets it run in the
 * background.
 */
#ifndef COMMON_SUBPROCESS_H
#define COMMON_SUBPROCESS_H

#include <sys/types.h>

#include "services/common/util/error.h"

enum {
    SUBPROCESS_MAX_ARGUMENTS = 12,
    SUBPROCESS_MAX_LINE = 1 << 16 /* of a longer output line only this much is kept */
};
#define SUBPROCESS_KILL_SECONDS 30.0

/* Whether leadforest-<name> exists. */
bool subprocess_exists(const char *name);

/*
 * Run leadforest-<name> with arguments (ended by NULL, fewer than SUBPROCESS_MAX_ARGUMENTS) and wait. Its result line
 * is not shown, but its log is. If we are killed, it is stopped. *code is its exit code; false if a signal ended it.
 */
MUST_CHECK bool subprocess_run(const char *name, const char *const *arguments, int *code, struct error *err);

/* A program that runs in the background. */
struct subprocess {
    pid_t pid;  /* 0: none */
    int output; /* its stdout, which we read; -1 if it writes to our stdout */
    size_t used;
    char line[SUBPROCESS_MAX_LINE]; /* the last line that is not empty, once it has ended */
    bool line_ended;
    double kill_at; /* monotonic seconds of the SIGTERM; 0: none was sent */
};

/* Start it. Arguments as above, or NULL for none; its signals are as if started from a shell. With `capture` its stdout
 * comes to us. */
MUST_CHECK bool subprocess_start(struct subprocess *child, const char *name, const char *const *arguments, bool capture,
                                 struct error *err);

/* Read what it has written, and pass it on to our stdout. */
void subprocess_read(struct subprocess *child);

/* Whether it has ended; *code is its exit status, or 128 + the signal that ended it. Does not wait. */
bool subprocess_ended(struct subprocess *child, int *code);

/* Send SIGTERM, once; does nothing if there is no process. */
void subprocess_terminate(struct subprocess *child);

/* Kill it if it got SIGTERM SUBPROCESS_KILL_SECONDS ago and still runs. */
void subprocess_kill_if_overdue(const struct subprocess *child);

#endif
