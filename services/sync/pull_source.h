/* pull_source.h - the sources of records: whether each is configured, and how it is pulled. */
#ifndef SYNC_PULL_SOURCE_H
#define SYNC_PULL_SOURCE_H

#include "libetl/sources/source.h"
#include "services/common/util/http.h"
#include "services/common/worker/workers.h"
#include "services/sync/options.h"
#include "services/sync/record_sink.h"

struct source {
    const char *name;                                  /* "stripe", as on the command line */
    enum worker_id worker;                             /* whose last success it sets */
    enum etl_source_id records;                        /* whose records these are */
    const char *instance;                              /* part of this source's file names in the inbox */
    size_t remembered;                                 /* hashes of the latest records kept, at least */
    bool (*configured)(const struct options *options); /* any of its settings is set */
    bool (*validate)(const struct options *options, struct error *err);      /* all of its settings are set and valid */
    void (*identity)(const struct options *options, char *out, size_t size); /* what its cursor belongs to */
    bool (*pull)(const struct options *options, const struct http *http, struct record_sink *sink, struct error *err);
};

enum { SOURCES = 3 };
extern const struct source source_table[SOURCES];

/* Open the cursor, pull, close; *counts is a new object where the cursor could be opened, also after a failure. */
MUST_CHECK bool source_pull(const struct source *source, const struct options *options, const struct volume *volume,
                            const struct http *http, json_t **counts, struct error *err);

#endif
