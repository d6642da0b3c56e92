/*
 * error.h - why something failed: a line for a person, and whether to try again, which the program branches on.
 *
 * A function that can fail takes a `struct error *err` last and returns false or NULL when it failed. It sets err then
 * and only then; err may be NULL where nobody reads it. Such a function is marked MUST_CHECK.
 *
 * The line names what failed, on which file, line or address, and what was expected: "read leads.csv: line 12: 3
 * fields where the header has 5". It has no newline and no full stop at its end, is cut to the size of `text`, and
 * contains no control characters: they become '?', because parts of it come from outside. Log it without further
 * words.
 */
#ifndef COMMON_ERROR_H
#define COMMON_ERROR_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* The caller must look at what such a function returns. */
#define MUST_CHECK __attribute__((warn_unused_result))

struct error {
    char text[PATH_MAX + 400];
    bool retryable; /* a retry may succeed, such as after a full disk: EXIT_TEMPFAIL; otherwise EXIT_DATAERR */
};

/* The input itself is wrong: it fails again as it is. Returns false. */
bool error_set(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "doing path: why", with the reason in errno, which also decides whether a retry may succeed. */
void error_set_errno(struct error *err, const char *doing, const char *path);

#endif
