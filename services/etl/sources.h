/*
 * sources.h - finds the files of raw/ by their names, and maps them.
 *
 * By name, as the table of sources says (libetl/sources/source.h): in raw/ the exports of each source, such as
 * customers*.csv and transactions*.json, and in raw/inbox its deliveries, such as stripe-*.ndjson, whose lines are
 * {"received_at":...,"body":{...}}. .ndjson and .jsonl are read like .json.  Names are compared without regard to
 * case.
 *
 * Lines are appended to NDJSON in inbox/ while it is read.  A torn end there (services/common/store/append_log.h) is a
 * delivery that was not acknowledged yet.  It is not read, only reported.  All other files in raw/ are read to their
 * end.
 */
#ifndef ETL_SOURCES_H
#define ETL_SOURCES_H

#include "libetl/ingest/reader.h"
#include "services/common/store/volume.h"
#include "services/common/util/error.h"

struct source {
    const struct volume *volume; /* borrowed */
    char *file;                  /* "raw/inbox/stripe-1.ndjson" */
    const char *name;            /* the same below raw/ */
    const struct etl_source_format *format;
    bool csv;              /* or JSON */
    bool appended;         /* one of our programs appends to it */
    uint64_t size;         /* bytes when it was found */
    uint64_t pending;      /* bytes of its torn end when it was last opened */
    struct etl_text bytes; /* mapped while the source is open; without the torn end */
};

struct sources {
    struct source *items; /* [count] */
    size_t count, capacity;
    size_t ignored; /* files with other names */
    char first_ignored[256];
};

/* Find the sources. A missing folder counts as empty. */
MUST_CHECK bool sources_find(struct sources *sources, const struct volume *volume, struct error *err);
void sources_done(struct sources *sources);

uint64_t sources_size(const struct sources *sources); /* bytes of all */

bool source_is_of_payments(const struct source *source); /* rather than of submissions */

/*
 * Map the bytes of a source; one source at a time.  If its file becomes shorter meanwhile, the missing bytes read as
 * zeros, and source_close returns false and a retryable err.
 */
MUST_CHECK bool source_open(struct source *source, struct error *err);
MUST_CHECK bool source_close(struct source *source, struct error *err);

/* Release the memory of bytes that are hardly needed again, so that memory does not grow with the size of the files. */
void source_forget(const struct source *source, size_t from, size_t end);

#endif
