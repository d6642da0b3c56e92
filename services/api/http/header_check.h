/*
 * header_check.h - refuses requests whose headers could mean two things, before anything believes them.
 *
 * libmicrohttpd 0.9.75 lets through what lets one client smuggle a request past another server: two
 * lengths, unknown transfer codings, names that are no names.  Every header passes here once.
 */
#ifndef API_HEADER_CHECK_H
#define API_HEADER_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "services/api/http/request.h"

struct header_check {
    int status;         /* 0: good so far; otherwise the first complaint */
    const char *reason; /* static */
};

/* Something that its user found wrong. */
void header_check_reject(struct header_check *check, int status, const char *reason);

/* One header as it came; known ones are remembered in request->header. */
void header_check_add(struct header_check *check, struct request *request, const char *name, size_t name_size,
                      const char *value, size_t value_size);

/* After the last header: do they agree with each other and with the version?  limit: bytes a body may have. */
void header_check_finish(struct header_check *check, const struct request *request, const char *version, size_t limit);

/* The length a request announces; 0 where it announces none.  Only after header_check_finish was content. */
size_t header_check_content_length(const struct request *request);

#endif
