/*
 * response.h - a reply as handlers make it, before the HTTP server sends it.
 *
 * A handler fills a reply that response_start has emptied.  The body is either static (never freed) or on the heap;
 * then the reply owns it, and response_done frees it.
 */
#ifndef API_RESPONSE_H
#define API_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "services/api/http/request.h"
#include "services/common/util/strbuf.h"

enum {
    RESPONSE_HEADERS = 12,     /* besides Content-Type */
    RESPONSE_HEADER_TEXT = 768 /* bytes of all header values */
};

struct response {
    int status;
    const char *type; /* static; NULL where there is no body */
    const char *body; /* [size] */
    size_t size;
    char *owned; /* the body if it is on the heap */
    /*
     * Not NULL: there is no reply yet.  Called once the request sleeps, to arrange that it is woken up and handled
     * again.
     */
    void (*later)(struct request *request);
    bool pause; /* there is no reply yet either: handle the request again a moment later */
    size_t header_count;
    struct {
        const char *name;  /* static */
        const char *value; /* static or in `text` */
    } header[RESPONSE_HEADERS];
    size_t text_size;
    char text[RESPONSE_HEADER_TEXT];
};

void response_start(struct response *response);

void response_static(struct response *response, int status, const char *type, const char *body, size_t size);

/* Take over the text in t, which is empty afterwards. If t is marked bad, the reply is a 500 without a body. */
void response_from_strbuf(struct response *response, int status, const char *type, struct strbuf *t);

/* Move a reply; `from` is empty afterwards. */
void response_move(struct response *to, struct response *from);

/* A JSON value on one line. Steals the reference. */
void response_json(struct response *response, int status, json_t *value);

/* The value is copied. It is left out if it does not fit or contains control characters. */
void response_header(struct response *response, const char *name, const char *value);

/* The same for a value that lives as long as the reply: it is not copied. */
void response_header_static(struct response *response, const char *name, const char *value);

/* The value of a header, or NULL. */
const char *response_find_header(const struct response *response, const char *name);

void response_done(struct response *response);

#define RESPONSE_JSON "application/json"
#define RESPONSE_PROBLEM "application/problem+json"

#endif
