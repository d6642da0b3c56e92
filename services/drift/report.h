/* report.h - monitoring/<day>.json, one a look, and the line that history.ndjson keeps of it. */
#ifndef DRIFT_REPORT_H
#define DRIFT_REPORT_H

#include "services/drift/monitor.h"

/* Everything that was looked at. NULL: out of memory. The caller decrefs. */
json_t *report_describe(const struct monitor *m);

/* Replace the day's line in history.ndjson, or append it. */
bool report_remember(const struct monitor *m, struct file_error *err);

#endif
