/* forest_error.c - writes the reason of a failed call. */
#include "libforest/base/forest_error.h"

#include <stdarg.h>
#include <stdio.h>

enum forest_status lf_fail(struct forest_error *err, enum forest_status status, const char *format, ...) {
    if (err == NULL)
        return status;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(err->text, sizeof err->text, format, arguments);
    va_end(arguments);
    for (char *c = err->text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
    return status;
}

enum forest_status lf_no_memory(struct forest_error *err) {
    return lf_fail(err, FOREST_NO_MEMORY, "out of memory");
}
