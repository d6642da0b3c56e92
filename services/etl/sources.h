/*
 * sources.h - which files of raw/ are read, and as what.
 *
 * By name, as the table of sources says (libetl/sources/source.h): in raw/ the exports of each source, such as
 * customers*.csv and transactions*.json, and in raw/inbox its deliveries, such as stripe-*.ndjson, whose lines are
 * {"received_at":...,"body":{...}}.  .ndjson and .jsonl are as good as .json.  Names are compared without regard to
 * case.
 *
 * NDJSON in inbox/ is appended to while it is read: a torn end there (services/common/store/append_log.h) is a delivery
 * that nobody was told of yet, or never will be.  It is not read, only said; what others put into raw/ is read to its
 * end.
 */
#ifndef ETL_SOURCES_H
#define ETL_SOURCES_H

#include "libetl/ingest/reader.h"
#include "services/common/util/error.h"

struct source {
    char *name; /* below raw/ */
    char path[PATH_MAX];
    const struct etl_source_format *format;
    bool csv;              /* or JSON */
    bool appended;         /* a program of ours appends to it */
    uint64_t size;         /* when it was found */
    uint64_t pending;      /* bytes of its torn end, when it was opened last */
    struct etl_text bytes; /* mapped while the source is open; without a torn end */
};

struct sources {
    struct source *items; /* [count] */
    size_t count, capacity;
    size_t ignored; /* files that are none of the above */
    char first_ignored[256];
};

/* Find them; a folder that is not there is empty. */
MUST_CHECK bool sources_find(struct sources *sources, const char *data, struct error *err);
void sources_done(struct sources *sources);

uint64_t sources_size(const struct sources *sources); /* bytes of all */

bool source_is_of_payments(const struct source *source); /* rather than of submissions */

/*
 * Map a source's bytes, of one source at a time.  Where its file becomes shorter meanwhile, zeros stand where bytes
 * were, and source_close says so: false, and err asks to try later.
 */
MUST_CHECK bool source_open(struct source *source, struct error *err);
MUST_CHECK bool source_close(struct source *source, struct error *err);

/* Bytes of an open source that will hardly be looked at again: memory is bounded by what is kept, not by files. */
void source_forget(const struct source *source, size_t from, size_t end);

#endif
