/* query.h - an address with its parameters, percent-encoded. */
#ifndef SYNC_QUERY_H
#define SYNC_QUERY_H

#include <stdbool.h>
#include <stddef.h>

struct query {
    char text[4096];
    size_t size;       /* without the zero byte */
    size_t where_size; /* of the part before "?" */
    bool whole;        /* false: it did not fit */
};

void query_begin(struct query *query, const char *base, const char *path); /* base without the last "/" */
void query_text(struct query *query, const char *name, const char *value);
void query_number(struct query *query, const char *name, long long value);

#endif
