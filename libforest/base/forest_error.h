/* forest_error.h - writes the reason of a failed call. */
#ifndef LF_FOREST_ERROR_H
#define LF_FOREST_ERROR_H

#include "libforest/forest.h"

/* Fill err (which may be NULL) and return status.  Bytes that would break the line, which a name
 * may contain, become '?'. */
enum forest_status lf_fail(struct forest_error *err, enum forest_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

enum forest_status lf_no_memory(struct forest_error *err);

#endif
