/*
 * response.h - a reply as handlers make it, before the transport gives it to the HTTP library.
 *
 * A handler fills a reply that response_start has emptied.  Its body is either static (it outlives the program's
 * serving) or on the heap and then owned by the reply, which response_done frees.
 */
#ifndef API_RESPONSE_H
#define API_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "services/api/http/request.h"
#include "services/api/io/strbuf.h"

enum {
    RESPONSE_HEADERS = 12,     /* besides Content-Type */
    RESPONSE_HEADER_TEXT = 768 /* bytes of all their values */
};

struct response {
    int status;
    const char *type; /* static; NULL where there is no body */
    const char *body; /* [size] */
    size_t size;
    char *owned; /* the body where it is on the heap */
    /* Not NULL: no reply yet.  Called once the request sleeps, to have it woken up and asked again. */
    void (*later)(struct request *request);
    bool pause; /* no reply yet either: ask again a moment later */
    size_t header_count;
    struct {
        const char *name;  /* static */
        const char *value; /* static, or in `text` */
    } header[RESPONSE_HEADERS];
    size_t text_size;
    char text[RESPONSE_HEADER_TEXT];
};

void response_start(struct response *response);

void response_static(struct response *response, int status, const char *type, const char *body, size_t size);

/* Take over what was written into t, which is empty afterwards; where it is bad the reply is a bare 500. */
void response_from_strbuf(struct response *response, int status, const char *type, struct strbuf *t);

/* Give a reply on; `from` is empty afterwards. */
void response_move(struct response *to, struct response *from);

/* A JSON value, which is stolen, on one line. */
void response_json(struct response *response, int status, json_t *value);

/* The value is copied; one that does not fit is left out, as is one that is no visible text. */
void response_header(struct response *response, const char *name, const char *value);

/* The same for a value that stays good as long as the reply, so that nothing is copied. */
void response_header_static(struct response *response, const char *name, const char *value);

/* The value of a header, NULL where there is none. */
const char *response_find_header(const struct response *response, const char *name);

void response_done(struct response *response);

#define RESPONSE_JSON "application/json"
#define RESPONSE_PROBLEM "application/problem+json"

#endif
