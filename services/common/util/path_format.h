/* path_format.h - printf for paths: they fit, or it is an error. */
#ifndef COMMON_PATH_FORMAT_H
#define COMMON_PATH_FORMAT_H

#include <limits.h>
#include <stdbool.h>

#include "services/common/util/error.h"

/* "folder/name"; false and err if it is longer than PATH_MAX - 1 bytes. */
bool path_format(char out[PATH_MAX], struct error *err, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
