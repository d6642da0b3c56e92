/* history.h - writes one line a day to monitoring/history.ndjson: the numbers that are plotted over time. */
#ifndef DRIFT_HISTORY_H
#define DRIFT_HISTORY_H

#include "services/drift/monitor.h"

/* Replace the day's line in history.ndjson, or append it. */
MUST_CHECK bool history_append(const struct monitor *m, struct error *err);

#endif
