/* error.c - why something failed, in one line. */
#include "services/common/util/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 2, 0))) static void set_text(struct error *err, const char *format, va_list args) {
    vsnprintf(err->text, sizeof err->text, format, args);
    for (char *c = err->text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
}

bool error_set(struct error *err, const char *format, ...) {
    if (err == NULL)
        return false;
    va_list args;
    va_start(args, format);
    set_text(err, format, args);
    va_end(args);
    err->retryable = false;
    return false;
}

static bool may_pass(int problem) {
    return problem == ENOSPC || problem == EDQUOT || problem == EMFILE || problem == ENFILE || problem == ENOMEM ||
           problem == EIO || problem == EROFS || problem == EAGAIN || problem == EACCES || problem == EPERM ||
           problem == ENOENT;
}

void error_set_errno(struct error *err, const char *doing, const char *path) {
    int problem = errno;
    if (err == NULL)
        return;
    error_set(err, "%s %s: %s", doing, path, strerror(problem));
    err->retryable = may_pass(problem);
}
