/*
 * http.h - one request over the network, as a table of functions, so that tests can put something else in its place.
 *
 * The one file of ours that knows libcurl is http.c; the api does not link it.  Redirects are not followed, so that
 * a key goes nowhere but to the address it was meant for.
 */
#ifndef COMMON_HTTP_H
#define COMMON_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "services/common/util/error.h"

enum { HTTP_MAX_BODY = 32 << 20 }; /* bytes of an answer, once unpacked */

enum { HTTP_HEADERS = 4 };

struct http_request {
    const char *method; /* NULL: GET */
    const char *url;
    const char *key;                  /* sent as a bearer token: printable, without spaces; NULL: none */
    const char *header[HTTP_HEADERS]; /* "Name: value", those that are not NULL */
    const void *body;                 /* [size], borrowed; NULL: none */
    size_t size;
};

struct http_response {
    long status;
    double retry_after_s; /* 0: not said */
    char *body;           /* [size], and a zero byte after it */
    size_t size;
    char etag[128]; /* "": none, or a longer one */
};
void http_response_done(struct http_response *response); /* fine on zeroes and twice */

enum http_outcome {
    HTTP_RESPONDED,   /* with whatever status */
    HTTP_UNREACHABLE, /* no complete answer in time; err says why */
    HTTP_TOO_LARGE    /* an answer over HTTP_MAX_BODY */
};

struct http {
    void *self;
    /* On HTTP_RESPONDED the caller owns *reply; otherwise *reply is zeroes. */
    enum http_outcome (*perform)(void *self, const struct http_request *request, struct http_response *response,
                                 char problem[200]);
    /* Sleep a random time between the two, so that many programs that were refused together do not come back together.
     */
    void (*wait)(void *self, double min_s, double max_s);
};

/*
 * The real one, with libcurl.  User-Agent names the program. timeout_s limits an entire request.  One thread at a
 * time.
 */
MUST_CHECK bool http_open(struct http *http, const char *program, double timeout_s, struct error *err);
void http_close(struct http *http); /* fine on zeroes */

/* Whether keys may be sent to this address: https, or http to a loopback address; no user, query or fragment.  err
 * shows no address that has one of these: they may be secrets. */
MUST_CHECK bool http_private_url_valid(const char *url, struct error *err);

/* Whether requests without a key may be sent there: any http or https address; no user, query or fragment. */
MUST_CHECK bool http_public_url_valid(const char *url, struct error *err);

/* Whether a text can be a key: printable ASCII without spaces, so that it cannot smuggle in another header. */
bool http_key_valid(const char *key);

#endif
