/*
 * json_splitter.h - cuts a stream of bytes into the elements of a JSON array, or into lines (NDJSON).
 *
 * Bytes come in pieces of any size and only the element in hand is kept, up to a limit.  Where an element ends is
 * told by commas, brackets and strings alone; whether it is JSON its reader finds out, who parses each by itself.
 */
#ifndef API_JSON_SPLITTER_H
#define API_JSON_SPLITTER_H

#include "services/api/io/strbuf.h"

enum json_splitter_kind { JSON_SPLITTER_ARRAY, JSON_SPLITTER_LINES };

/* One element; NULL where it is longer than the limit.  Borrowed for the call. */
typedef void json_splitter_callback(void *user, const char *json, size_t size);

struct json_splitter {
    enum json_splitter_kind kind;
    size_t limit; /* bytes an element may have */
    json_splitter_callback *read;
    void *user;
    enum json_splitter_place {
        JSON_SPLITTER_START,
        JSON_SPLITTER_FIRST,
        JSON_SPLITTER_NEXT,
        JSON_SPLITTER_WITHIN,
        JSON_SPLITTER_AFTER
    } place;
    unsigned long long depth;  /* of brackets within the element */
    bool quoted, escaped;      /* within a string of it, after a backslash */
    bool too_long;             /* it is beyond the limit: nothing of it is kept */
    struct strbuf partial;     /* what came of it in earlier pieces */
    unsigned long long offset; /* bytes taken so far */
    const char *error;         /* what is no array about it; NULL: nothing yet.  Static */
};

void json_splitter_open(struct json_splitter *splitter, enum json_splitter_kind kind, size_t limit,
                        json_splitter_callback *read, void *user);
void json_splitter_done(struct json_splitter *splitter);

/* A further piece: every element that it completes is read.  false where it is no array (`wrong`, at `offset`) or there
 * is no memory; what follows is then not to be taken. */
bool json_splitter_feed(struct json_splitter *splitter, const char *bytes, size_t size);

/* That was all: a last line is read.  false as above. */
bool json_splitter_finish(struct json_splitter *splitter);

#endif
