/*
 * json_splitter.h - splits a stream of bytes into the elements of a JSON array, or into lines (NDJSON).
 *
 * Bytes arrive in pieces of any size.  Only the current element is kept, up to a limit.  Only commas, brackets and
 * strings decide where an element ends; the callback parses each element and finds out whether it is valid JSON.
 */
#ifndef API_JSON_SPLITTER_H
#define API_JSON_SPLITTER_H

#include "services/common/util/strbuf.h"

enum json_splitter_kind { JSON_SPLITTER_ARRAY, JSON_SPLITTER_LINES };

/* Called for each element; NULL if it is longer than the limit.  Borrowed for the call. */
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
    unsigned long long depth;  /* nesting of brackets within the element */
    bool quoted, escaped;      /* within a string, after a backslash */
    bool too_long;             /* the element is longer than the limit and not kept */
    struct strbuf partial;     /* its bytes from earlier pieces */
    unsigned long long offset; /* bytes read so far */
    const char *error;         /* why it is not an array, as static text; NULL: no error */
};

void json_splitter_open(struct json_splitter *splitter, enum json_splitter_kind kind, size_t limit,
                        json_splitter_callback *read, void *user);
void json_splitter_done(struct json_splitter *splitter);

/*
 * Read the next piece: the callback is called for every element that it completes. False if the stream is not an array
 * (then `error` says why, at `offset`) or if there is no memory; no further piece may be fed then.
 */
bool json_splitter_feed(struct json_splitter *splitter, const char *bytes, size_t size);

/* End of the stream: a last line without newline is read too.  False as above. */
bool json_splitter_finish(struct json_splitter *splitter);

#endif
