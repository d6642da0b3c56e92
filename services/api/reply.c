/* reply.c - bodies and headers of replies. */
#include "services/api/reply.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The header texts, most of a reply, need no wiping. */
void reply_start(struct reply *reply) {
    reply->status = 0;
    reply->type = NULL;
    reply->body = NULL;
    reply->size = 0;
    reply->owned = NULL;
    reply->later = NULL;
    reply->pause = false;
    reply->header_count = 0;
    reply->text_size = 0;
}

void reply_static(struct reply *reply, int status, const char *type, const char *body, size_t size) {
    reply->status = status;
    reply->type = type;
    reply->body = body;
    reply->size = size;
}

void reply_buffer(struct reply *reply, int status, const char *type, struct buffer *t) {
    size_t size;
    bool good = buffer_good(t);
    char *body = buffer_take(t, &size);
    reply->owned = body; /* NULL also where nothing was written */
    if (good)
        reply_static(reply, status, type, body != NULL ? body : "", size);
    else
        reply_static(reply, 500, NULL, "", 0);
}

void reply_json(struct reply *reply, int status, json_t *value) {
    struct buffer out = {0};
    char *text = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(10));
    json_decref(value);
    out.bad = text == NULL;
    buffer_string(&out, text != NULL ? text : "");
    buffer_string(&out, "\n");
    free(text);
    reply_buffer(reply, status, REPLY_JSON, &out);
}

void reply_move(struct reply *to, struct reply *from) {
    *to = *from;
    for (size_t i = 0; i < to->header_count; i++) {
        const char *value = from->header[i].value;
        if (value >= from->text && value < from->text + sizeof from->text)
            to->header[i].value = to->text + (value - from->text);
    }
    reply_start(from);
}

static bool is_visible(const char *value) {
    for (; *value != '\0'; value++)
        if ((unsigned char)*value < 0x20 || *value == 0x7f)
            return false;
    return true;
}

void reply_header_static(struct reply *reply, const char *name, const char *value) {
    if (reply->header_count < REPLY_HEADERS) {
        reply->header[reply->header_count].name = name;
        reply->header[reply->header_count].value = value;
        reply->header_count++;
    }
}

void reply_header(struct reply *reply, const char *name, const char *value) {
    size_t size = strlen(value) + 1;
    if (size > sizeof reply->text - reply->text_size || !is_visible(value))
        return;
    char *copy = memcpy(reply->text + reply->text_size, value, size);
    reply->text_size += size;
    reply_header_static(reply, name, copy);
}

const char *reply_find_header(const struct reply *reply, const char *name) {
    for (size_t i = 0; i < reply->header_count; i++)
        if (strcasecmp(reply->header[i].name, name) == 0)
            return reply->header[i].value;
    return NULL;
}

void reply_done(struct reply *reply) {
    free(reply->owned);
    reply->owned = NULL;
    reply->body = NULL;
    reply->size = 0;
}
