/* response.c - bodies and headers of replies. */
#include "services/api/http/response.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The header texts, most of the struct, need not be cleared. */
void response_start(struct response *response) {
    response->status = 0;
    response->type = NULL;
    response->body = NULL;
    response->size = 0;
    response->owned = NULL;
    response->later = NULL;
    response->pause = false;
    response->header_count = 0;
    response->text_size = 0;
}

void response_static(struct response *response, int status, const char *type, const char *body, size_t size) {
    response->status = status;
    response->type = type;
    response->body = body;
    response->size = size;
}

void response_from_strbuf(struct response *response, int status, const char *type, struct strbuf *t) {
    size_t size;
    bool good = strbuf_ok(t);
    char *body = strbuf_detach(t, &size);
    response->owned = body; /* NULL also if nothing was written */
    if (good)
        response_static(response, status, type, body != NULL ? body : "", size);
    else
        response_static(response, 500, NULL, "", 0);
}

void response_json(struct response *response, int status, json_t *value) {
    struct strbuf out = {0};
    char *text = json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(10));
    json_decref(value);
    out.failed = text == NULL;
    strbuf_puts(&out, text != NULL ? text : "");
    strbuf_puts(&out, "\n");
    free(text);
    response_from_strbuf(response, status, RESPONSE_JSON, &out);
}

void response_move(struct response *to, struct response *from) {
    *to = *from;
    for (size_t i = 0; i < to->header_count; i++) {
        const char *value = from->header[i].value;
        if (value >= from->text && value < from->text + sizeof from->text)
            to->header[i].value = to->text + (value - from->text);
    }
    response_start(from);
}

static bool is_visible(const char *value) {
    for (; *value != '\0'; value++)
        if ((unsigned char)*value < 0x20 || *value == 0x7f)
            return false;
    return true;
}

void response_header_static(struct response *response, const char *name, const char *value) {
    if (response->header_count < RESPONSE_HEADERS) {
        response->header[response->header_count].name = name;
        response->header[response->header_count].value = value;
        response->header_count++;
    }
}

void response_header(struct response *response, const char *name, const char *value) {
    size_t size = strlen(value) + 1;
    if (size > sizeof response->text - response->text_size || !is_visible(value))
        return;
    char *copy = memcpy(response->text + response->text_size, value, size);
    response->text_size += size;
    response_header_static(response, name, copy);
}

const char *response_find_header(const struct response *response, const char *name) {
    for (size_t i = 0; i < response->header_count; i++)
        if (strcasecmp(response->header[i].name, name) == 0)
            return response->header[i].value;
    return NULL;
}

void response_done(struct response *response) {
    free(response->owned);
    response->owned = NULL;
    response->body = NULL;
    response->size = 0;
}
