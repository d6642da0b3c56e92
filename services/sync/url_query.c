/* url_query.c - builds URLs. */
#include "services/sync/url_query.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static void put(struct url_query *query, const char *bytes, size_t size) {
    query->complete = query->complete && size < sizeof query->text - query->size;
    if (!query->complete)
        return;
    memcpy(query->text + query->size, bytes, size);
    query->size += size;
    query->text[query->size] = '\0';
}

static void put_encoded(struct url_query *query, const char *text) {
    for (; *text != '\0'; text++) {
        char encoded[4];
        bool plain = isalnum((unsigned char)*text) != 0 || strchr("-._~", *text) != NULL;
        snprintf(encoded, sizeof encoded, plain ? "%c" : "%%%02X", (unsigned char)*text);
        put(query, encoded, strlen(encoded));
    }
}

void url_query_begin(struct url_query *query, const char *base, const char *path) {
    size_t length = strlen(base);
    *query = (struct url_query){.complete = true};
    put(query, base, length > 0 && base[length - 1] == '/' ? length - 1 : length);
    put(query, path, strlen(path));
    query->where_size = query->size;
}

void url_query_add_text(struct url_query *query, const char *name, const char *value) {
    put(query, query->size == query->where_size ? "?" : "&", 1);
    put_encoded(query, name);
    put(query, "=", 1);
    put_encoded(query, value);
}

void url_query_add_number(struct url_query *query, const char *name, long long value) {
    char text[24];
    snprintf(text, sizeof text, "%lld", value);
    url_query_add_text(query, name, text);
}
