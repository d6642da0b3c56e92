/* child_process.h - a leadforest program that stands beside this one, run as a child process. */
#ifndef PIPELINE_CHILD_PROCESS_H
#define PIPELINE_CHILD_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <jansson.h>

#include "services/common/util/error.h"
#include "services/common/worker/exit_codes.h"

enum { CHILD_PROCESS_MAX_LINE = 1 << 16 }; /* of a longer output line only this much is kept */

struct child_process {
    pid_t pid;  /* 0: none */
    int output; /* its stdout, to be read; -1 where it writes to ours */
    size_t used;
    char line[CHILD_PROCESS_MAX_LINE]; /* the last line that is not empty, once it has ended */
    bool line_ended;
    double kill_at; /* monotonic seconds; 0: it was not asked to stop */
};

enum { CHILD_PROCESS_MAX_ARGUMENTS = 8 };

/* Start leadforest-<name> with arguments (ended by NULL, fewer than CHILD_PROCESS_MAX_ARGUMENTS; NULL: none). Its
 * signals are as if started from a shell. */
MUST_CHECK bool child_process_start(struct child_process *child, const char *name, const char *const *arguments,
                                    bool capture, struct error *err);

/* Take in what it has written, which is passed on to our stdout. */
void child_process_read(struct child_process *child);

/* Whether it has ended; *code is its exit status, or 128 + the signal that ended it. Does not wait. */
bool child_process_ended(struct child_process *child, int *code);

/* What a member of a child's answer says, or else `otherwise`, cut between two characters where it does not fit. */
void child_process_result_text(char *out, size_t size, const json_t *answer, const char *name, const char *otherwise);

/* Ask it to stop, once; fine where there is none. */
void child_process_terminate(struct child_process *child);

/* Kill one that was asked to stop and has not done so within CHILD_PROCESS_KILL_SECONDS seconds. */
void child_process_kill_if_overdue(const struct child_process *child);
#define CHILD_PROCESS_KILL_SECONDS 30.0

#endif
