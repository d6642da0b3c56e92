/*
 * monitoring_snapshot.h - collects what the monitoring page shows (drift, models, runs) from the volume into one JSON
 * text.
 */
#ifndef API_MONITORING_SNAPSHOT_H
#define API_MONITORING_SNAPSHOT_H

#include <stddef.h>

enum { MONITORING_SNAPSHOT_DAYS = 400, MONITORING_SNAPSHOT_DECISIONS = 200, MONITORING_SNAPSHOT_RUNS = 40 };

/*
 * {"state", "days": [of history.ndjson], "decisions": [...], "runs": [...], "sources": {...}}: the newest ones of
 * each, in order of time.  Only the ends of the files are read, so that it costs the same after years.  Missing or
 * broken parts are left out.  It contains no personal data: numbers, names of categories, packages and files.  The
 * caller frees the text; NULL: out of memory.
 */
char *monitoring_snapshot_read(const char *data, size_t *size);

#endif
