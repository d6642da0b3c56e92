/* text_writer.c - pieces of output on their way to a forest_write, a page at a time. */
#include "libforest/base/text_writer.h"

#include "libforest/base/forest_error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void flush(struct lf_text *text) {
    if (text->used > 0 && !text->stopped)
        text->stopped = !text->write(text->user, text->page, text->used);
    text->used = 0;
}

void lf_text_put(struct lf_text *text, const char *string) {
    for (size_t left = strlen(string); left > 0;) {
        if (text->used == sizeof text->page)
            flush(text);
        size_t room = sizeof text->page - text->used, some = left < room ? left : room;
        memcpy(text->page + text->used, string, some);
        text->used += some;
        string += some;
        left -= some;
    }
}

void lf_text_format(struct lf_text *text, const char *format, ...) {
    char line[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    lf_text_put(text, line);
}

enum forest_status lf_text_end(struct lf_text *text, struct forest_error *err) {
    flush(text);
    return text->stopped ? lf_fail(err, FOREST_CANCELLED, "stopped as asked") : FOREST_OK;
}
