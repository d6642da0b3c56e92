/* exit_codes.h - what a worker's exit status tells the orchestrator that started it. */
#ifndef COMMON_EXIT_CODES_H
#define COMMON_EXIT_CODES_H

#include <stdbool.h>

enum exit_code {
    EXIT_NONE = -1, /* not ended yet; being negative it also makes the type signed, as what main() returns is */
    EXIT_DONE = 0,
    EXIT_ALARM = 3,          /* done, and something is wrong; drift alone, where it is asked to say so (--exit-code) */
    EXIT_USAGE = 64,         /* the command line or a setting is wrong: a person must change it */
    EXIT_DATAERR = 65,       /* the input is wrong: the same input would fail again */
    EXIT_SOFTWARE = 70,      /* our mistake */
    EXIT_TEMPFAIL = 75,      /* disk full, locked, not there yet: the same call may succeed later */
    EXIT_NOTHING_TO_DO = 99, /* the outputs are already those of the inputs */
    EXIT_TERMINATED = 143    /* SIGTERM arrived; nothing is half done */
};

/* The word for an exit code in result lines and run records: "done", "nothing to do", ... */
const char *exit_code_name(enum exit_code code);

/* Whether the run did its work, or found it done. */
bool exit_code_is_success(enum exit_code code);

#endif
