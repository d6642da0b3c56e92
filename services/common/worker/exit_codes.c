/* exit_codes.c - the word for an exit code. */
#include "services/common/worker/exit_codes.h"

const char *exit_code_name(enum exit_code code) {
    switch (code) {
    case EXIT_DONE:
        return "done";
    case EXIT_ALARM:
        return "alarm";
    case EXIT_USAGE:
        return "usage";
    case EXIT_DATAERR:
        return "bad data";
    case EXIT_TEMPFAIL:
        return "try later";
    case EXIT_NOTHING_TO_DO:
        return "nothing to do";
    case EXIT_TERMINATED:
        return "terminated";
    case EXIT_NONE:
    case EXIT_SOFTWARE:
        break;
    }
    return "bug";
}

bool exit_code_is_success(enum exit_code code) {
    return code == EXIT_DONE || code == EXIT_NOTHING_TO_DO || code == EXIT_ALARM;
}
