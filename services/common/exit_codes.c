/* exit_codes.c - the word for an exit code. */
#include "services/common/exit_codes.h"

const char *exit_code_word(enum exit_code code) {
    switch (code) {
    case EXIT_DONE:
        return "done";
    case EXIT_ALARM:
        return "alarm";
    case EXIT_USAGE_ERROR:
        return "usage";
    case EXIT_BAD_DATA:
        return "bad data";
    case EXIT_TRY_LATER:
        return "try later";
    case EXIT_NOTHING_TO_DO:
        return "nothing to do";
    case EXIT_TERMINATED:
        return "terminated";
    case EXIT_NONE:
    case EXIT_BUG:
        break;
    }
    return "bug";
}
