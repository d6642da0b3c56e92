/* url_query.h - a URL with its parameters, percent-encoded. */
#ifndef SYNC_URL_QUERY_H
#define SYNC_URL_QUERY_H

#include <stdbool.h>
#include <stddef.h>

struct url_query {
    char text[4096];
    size_t size;       /* without the zero byte */
    size_t where_size; /* of the part before "?" */
    bool complete;     /* false: it did not fit */
};

void url_query_begin(struct url_query *query, const char *base, const char *path); /* base without the last "/" */
void url_query_add_text(struct url_query *query, const char *name, const char *value);
void url_query_add_number(struct url_query *query, const char *name, long long value);

#endif
