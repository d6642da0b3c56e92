/* unreadable.h - reports which inputs had values that could not be read, and counted as missing. */
#ifndef COMMON_UNREADABLE_H
#define COMMON_UNREADABLE_H

#include <jansson.h>

/* counts comes from feature_count_unreadable, {"age": 3}; NULL: every value was readable, and both do nothing. */
void unreadable_warn(const json_t *counts);               /* one line of the log */
void unreadable_describe(json_t *object, json_t *counts); /* "unreadable" of a result or report */

#endif
