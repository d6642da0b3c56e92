/* refusal.c - the reasons as people read them. */
#include "libetl/refusal.h"

#define REFUSAL_ROW(code, broken, text) {text, broken},
static const struct {
    const char *text;
    bool broken;
} rows[REFUSAL_COUNT] = {{"", false}, REFUSALS(REFUSAL_ROW)};

const char *refusal_text(enum refusal refusal) {
    return rows[refusal].text;
}

bool refusal_is_broken(enum refusal refusal) {
    return rows[refusal].broken;
}
