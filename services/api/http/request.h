/*
 * request.h - a request as handlers see it: no socket, nothing of the HTTP library.
 *
 * All pointers are borrowed from the transport (or a test) and stay good until the reply is made.
 */
#ifndef API_REQUEST_H
#define API_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

/* Methods as bits, so that a route can say which it takes. */
enum request_method { METHOD_OTHER = 0, METHOD_GET = 1, METHOD_HEAD = 2, METHOD_POST = 4, METHOD_OPTIONS = 8 };

/* The headers anyone here reads; every other one is checked by the gate and then forgotten. */
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
    HEADER_FORWARDED_FOR, /* not kept with the others, but in `forwarded` */
    HEADER_STRIPE_SIGNATURE,
    HEADER_FORMSPREE_SIGNATURE,
    HEADER_INFERENCE_LENGTH, /* Inference-Header-Content-Length */
    HEADER_COUNT
};

enum {
    REQUEST_ID = 65,          /* bytes of a request id with its end */
    REQUEST_PEER = 46,        /* bytes of an address as text */
    REQUEST_PATH = 256,       /* bytes of a decoded path; longer ones are 414 */
    REQUEST_QUERY = 256,      /* bytes of a query that are kept */
    REQUEST_MAX_FORWARDED = 8 /* X-Forwarded-For headers that are kept: the last ones */
};

struct route; /* routes.h */

struct request {
    enum request_method method;
    char path[REQUEST_PATH];          /* percent-decoded, without the query */
    char query[REQUEST_QUERY];        /* as sent, after the '?' (the library takes its own copy apart) */
    const char *header[HEADER_COUNT]; /* NULL where it was not sent */
    size_t forwarded_count;
    const char *forwarded[REQUEST_MAX_FORWARDED]; /* [forwards]: each proxy may have added a header of its own */
    const char *body;                             /* [size] */
    size_t size;
    char id[REQUEST_ID];       /* the caller's X-Request-Id where that is usable, otherwise a new one */
    char peer[REQUEST_PEER];   /* the address that connected */
    const struct route *route; /* as soon as the headers are in; NULL where none fits */
    bool streamed;             /* likewise: its body is given on piece by piece and not kept */
    void *ticket;              /* what a handler keeps between two calls for one request; starts as NULL */
    void (*release)(struct request *request); /* frees the ticket once the request is over, answered or not */
    void *waker;                              /* given to the function that wakes the request up again */
};

/* "GET" -> METHOD_GET; METHOD_OTHER where we do not know it. */
enum request_method request_method_parse(const char *name);

const char *request_method_name(enum request_method method);

/* Which header a name is; HEADER_COUNT where it is none of ours.  Case does not matter. */
enum request_header request_header_parse(const char *name, size_t size);

/*
 * Take a request target apart ("/predict?details=1", or in absolute form).  0 where it is good,
 * otherwise the status to answer: 400 for bad escapes, NUL and the like, 414 where the path is too long.
 */
int request_set_target(struct request *request, const char *target);

/* Whether the query has name=value ("details=1"), literally; whether it has the name at all. */
bool request_query_has(const struct request *request, const char *pair);
bool request_query_has_name(const struct request *request, const char *name);

/* Use the caller's id where it is 1 to 64 plain characters; false where a new one is needed. */
bool request_accept_id(struct request *request);

/* Keep the next X-Forwarded-For. */
void request_add_forwarded(struct request *request, const char *value);

/* Whether Content-Type is this media type, whatever its parameters. */
bool request_has_media_type(const struct request *request, const char *type);

#endif
