/*
 * header_check.h - rejects requests whose headers are ambiguous, before anything else reads them.
 *
 * libmicrohttpd 0.9.75 accepts headers with which a client can smuggle a request past a proxy: two lengths, unknown
 * transfer codings, invalid names.  Every header is checked here once.
 */
#ifndef API_HEADER_CHECK_H
#define API_HEADER_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "services/api/http/request.h"

struct header_check {
    int status;         /* 0: good so far; otherwise the first error */
    const char *reason; /* static */
};

/* Record an error that the caller found. */
void header_check_reject(struct header_check *check, int status, const char *reason);

/* One header as it arrived; known ones are kept in request->header. */
void header_check_add(struct header_check *check, struct request *request, const char *name, size_t name_size,
                      const char *value, size_t value_size);

/* After the last header: checks that they fit each other and the version. limit: bytes a body may have. */
void header_check_finish(struct header_check *check, const struct request *request, const char *version, size_t limit);

/* The value of Content-Length; 0 if there is none.  Only after header_check_finish found no error. */
size_t header_check_content_length(const struct request *request);

#endif
