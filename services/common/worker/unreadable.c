/* unreadable.c - counts of unreadable values, as a warning and as JSON. */
#include "services/common/worker/unreadable.h"

#include <stdlib.h>

#include "services/common/worker/log.h"

void unreadable_warn(const json_t *counts) {
    char *text = counts != NULL ? json_dumps(counts, JSON_COMPACT) : NULL;
    if (text != NULL)
        log_event(LOG_WARN, "unreadable values", "counted as missing: %s", text);
    free(text);
}

void unreadable_describe(json_t *object, json_t *counts) {
    if (counts != NULL)
        json_object_set(object, "unreadable", counts);
}
