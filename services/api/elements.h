/*
 * elements.h - cuts a stream of bytes into the elements of a JSON array, or into lines (NDJSON).
 *
 * Bytes come in pieces of any size and only the element in hand is kept, up to a limit.  Where an element ends is
 * told by commas, brackets and strings alone; whether it is JSON its reader finds out, who parses each by itself.
 */
#ifndef API_ELEMENTS_H
#define API_ELEMENTS_H

#include "services/api/buffer.h"

enum elements_kind { ELEMENTS_ARRAY, ELEMENTS_LINES };

/* One element; NULL where it is longer than the limit.  Borrowed for the call. */
typedef void elements_reader(void *user, const char *json, size_t size);

struct elements {
    enum elements_kind kind;
    size_t limit; /* bytes an element may have */
    elements_reader *read;
    void *user;
    enum elements_place { ELEMENTS_START, ELEMENTS_FIRST, ELEMENTS_NEXT, ELEMENTS_WITHIN, ELEMENTS_AFTER } place;
    unsigned long long depth;  /* of brackets within the element */
    bool quoted, escaped;      /* within a string of it, after a backslash */
    bool overlong;             /* it is beyond the limit: nothing of it is kept */
    struct buffer kept;        /* what came of it in earlier pieces */
    unsigned long long offset; /* bytes taken so far */
    const char *wrong;         /* what is no array about it; NULL: nothing yet.  Static */
};

void elements_open(struct elements *elements, enum elements_kind kind, size_t limit, elements_reader *read, void *user);
void elements_done(struct elements *elements);

/* A further piece: every element that it completes is read.  false where it is no array (`wrong`, at `offset`) or there
 * is no memory; what follows is then not to be taken. */
bool elements_take(struct elements *elements, const char *bytes, size_t size);

/* That was all: a last line is read.  false as above. */
bool elements_end(struct elements *elements);

#endif
