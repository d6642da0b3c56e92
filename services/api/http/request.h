/*
 * request.h - a request as handlers see it, independent of sockets and the HTTP library.
 *
 * All pointers are borrowed from the HTTP server (or a test) and are valid until the reply is made.
 */
#ifndef API_REQUEST_H
#define API_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "libetl/sources/source.h"

/* Methods as bits, so that a route can combine them. */
enum request_method { METHOD_OTHER = 0, METHOD_GET = 1, METHOD_HEAD = 2, METHOD_POST = 4, METHOD_OPTIONS = 8 };

/* The headers that handlers read. All others are checked and then ignored. */
enum request_header {
    HEADER_HOST,
    HEADER_CONTENT_LENGTH,
    HEADER_TRANSFER_ENCODING,
    HEADER_CONTENT_TYPE,
    HEADER_ORIGIN,
    HEADER_PREFLIGHT_METHOD, /* Access-Control-Request-Method */
    HEADER_AUTHORIZATION,
    HEADER_API_KEY,
    HEADER_REQUEST_ID,
    HEADER_TRACEPARENT,
    HEADER_FORWARDED_FOR,    /* kept in `forwarded`, not with the others */
    HEADER_INFERENCE_LENGTH, /* Inference-Header-Content-Length */
    HEADER_SIGNATURE,        /* of the first source; those of the others follow (libetl/sources/source.h) */
    HEADER_COUNT = HEADER_SIGNATURE + ETL_SOURCE_COUNT
};

enum {
    REQUEST_ID = 65,          /* bytes of a request id with its final zero */
    REQUEST_PEER = 46,        /* bytes of an address as text */
    REQUEST_PATH = 256,       /* bytes of a decoded path; longer ones are 414 */
    REQUEST_QUERY = 256,      /* bytes of a query that are kept; more are cut */
    REQUEST_MAX_FORWARDED = 8 /* X-Forwarded-For headers that are kept: the last ones */
};

struct route; /* routes.h */

struct request {
    enum request_method method;
    char path[REQUEST_PATH];          /* percent-decoded, without the query */
    char query[REQUEST_QUERY];        /* as sent, after the '?' (the library parses its own copy) */
    const char *header[HEADER_COUNT]; /* NULL if it was not sent */
    size_t forwarded_count;
    const char *forwarded[REQUEST_MAX_FORWARDED]; /* [forwarded_count]: each proxy may have added one */
    const char *body;                             /* [size] */
    size_t size;
    char id[REQUEST_ID];       /* the client's X-Request-Id if it is usable, otherwise a new one */
    char peer[REQUEST_PEER];   /* the address that connected */
    const struct route *route; /* set when the headers are complete; NULL if no route matches */
    bool streamed;             /* set with the route: its body is passed on in pieces and not kept */
    void *ticket;              /* what a handler keeps between two calls for one request; NULL at first */
    void (*release)(struct request *request); /* frees the ticket once the request is over, answered or not */
    void *waker;                              /* passed to the function that wakes the request */
};

/* "GET" -> METHOD_GET; METHOD_OTHER if the method is not known. */
enum request_method request_method_parse(const char *name);

const char *request_method_name(enum request_method method);

/* The header with this name, in upper or lower case; HEADER_COUNT if it is not one of the list. */
enum request_header request_header_parse(const char *name, size_t size);

/*
 * Split a request target ("/predict?details=1", or in absolute form).  Returns 0, or the status of the error: 400 for
 * a bad escape, a NUL and the like, 414 if the path is too long.
 */
int request_set_target(struct request *request, const char *target);

/* Whether the query contains name=value ("details=1") literally; whether it contains the name. */
bool request_query_has(const struct request *request, const char *pair);
bool request_query_has_name(const struct request *request, const char *name);

/* Use the client's id if it is 1 to 64 plain characters. False if a new one is needed. */
bool request_accept_id(struct request *request);

/* Keep one more X-Forwarded-For header. */
void request_add_forwarded(struct request *request, const char *value);

/* Whether Content-Type is this media type, with any parameters. */
bool request_has_media_type(const struct request *request, const char *type);

#endif
