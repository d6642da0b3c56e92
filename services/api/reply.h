/*
 * reply.h - a reply as handlers make it, before the transport gives it to the HTTP library.
 *
 * A handler fills a reply that reply_start has emptied.  Its body is either static (it outlives the program's
 * serving) or on the heap and then owned by the reply, which reply_done frees.
 */
#ifndef API_REPLY_H
#define API_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "services/api/buffer.h"
#include "services/api/request.h"

enum {
    REPLY_HEADERS = 12,     /* besides Content-Type */
    REPLY_HEADER_TEXT = 768 /* bytes of all their values */
};

struct reply {
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
    } header[REPLY_HEADERS];
    size_t text_size;
    char text[REPLY_HEADER_TEXT];
};

void reply_start(struct reply *reply);

void reply_static(struct reply *reply, int status, const char *type, const char *body, size_t size);

/* Take over what was written into t, which is empty afterwards; where it is bad the reply is a bare 500. */
void reply_buffer(struct reply *reply, int status, const char *type, struct buffer *t);

/* Give a reply on; `from` is empty afterwards. */
void reply_move(struct reply *to, struct reply *from);

/* A JSON value, which is stolen, on one line. */
void reply_json(struct reply *reply, int status, json_t *value);

/* The value is copied; one that does not fit is left out, as is one that is no visible text. */
void reply_header(struct reply *reply, const char *name, const char *value);

/* The same for a value that stays good as long as the reply, so that nothing is copied. */
void reply_header_static(struct reply *reply, const char *name, const char *value);

/* The value of a header, NULL where there is none. */
const char *reply_find_header(const struct reply *reply, const char *name);

void reply_done(struct reply *reply);

#define REPLY_JSON "application/json"
#define REPLY_PROBLEM "application/problem+json"

#endif
