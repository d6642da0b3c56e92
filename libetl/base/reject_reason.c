/* reject_reason.c - the texts of the reasons. */
#include "libetl/base/reject_reason.h"

#define REASON_ROW(code, broken, text) {text, broken},
static const struct {
    const char *text;
    bool broken;
} rows[ETL_REJECT_COUNT] = {{"", false}, ETL_REJECT_REASONS(REASON_ROW)};

const char *etl_reject_reason_text(enum etl_reject_reason reason) {
    return rows[reason].text;
}

bool etl_reject_reason_is_broken(enum etl_reject_reason reason) {
    return rows[reason].broken;
}
