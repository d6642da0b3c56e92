/* monitoring_snapshot.h - what the workers left on the volume about drift, models and runs, as one JSON text for the
 * page. */
#ifndef API_MONITORING_SNAPSHOT_H
#define API_MONITORING_SNAPSHOT_H

#include <stddef.h>

enum { MONITORING_SNAPSHOT_DAYS = 400, MONITORING_SNAPSHOT_DECISIONS = 200, MONITORING_SNAPSHOT_RUNS = 40 };

/*
 * {"state", "days": [of history.ndjson], "decisions": [...], "runs": [...], "sources": {...}}: the newest ones of
 * each, the oldest first.  Reads the ends of the files alone, so that it costs the same after years; what is not
 * there or broken is left out.  No personal data: numbers, names of categories, packages and files.
 * The caller frees the text; NULL: out of memory.
 */
char *monitoring_snapshot_read(const char *data, size_t *size);

#endif
