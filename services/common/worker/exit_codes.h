/* exit_codes.h - the exit codes of workers, for the orchestrator that started them. */
#ifndef COMMON_EXIT_CODES_H
#define COMMON_EXIT_CODES_H

#include <stdbool.h>

enum exit_code {
    EXIT_NONE = -1, /* not ended yet; being negative it also makes the type signed, as what main() returns is */
    EXIT_DONE = 0,
    EXIT_ALARM = 3,          /* done, but drift was found; only leadforest-drift with --exit-code */
    EXIT_USAGE = 64,         /* a setting is wrong: a person must change it */
    EXIT_DATAERR = 65,       /* the input is wrong: the same input would fail again */
    EXIT_SOFTWARE = 70,      /* a fault of the program */
    EXIT_TEMPFAIL = 75,      /* disk full, locked, not there yet: the same call may succeed later */
    EXIT_NOTHING_TO_DO = 99, /* the outputs are up to date */
    EXIT_TERMINATED = 143    /* SIGTERM arrived; no output is incomplete */
};

/* The word for an exit code in result lines and run records: "done", "nothing to do", ... */
const char *exit_code_name(enum exit_code code);

/* Whether the run did its work, or found it up to date. */
bool exit_code_is_success(enum exit_code code);

#endif
