/* path_format.c - printf for paths. */
#include "services/common/util/path_format.h"

#include <stdarg.h>
#include <stdio.h>

bool path_format(char out[PATH_MAX], struct error *err, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(out, PATH_MAX, format, args);
    va_end(args);
    return (n >= 0 && n < PATH_MAX) || error_set(err, "a path is longer than %d bytes", PATH_MAX - 1);
}
