/* report.h - monitoring/<day>.json, the report of a run. */
#ifndef DRIFT_REPORT_H
#define DRIFT_REPORT_H

#include "services/drift/monitor.h"

/* All findings. NULL: out of memory. The caller decrefs. */
json_t *report_describe(const struct monitor *m);

/* {"<version>": describe(its score), ...} of the model versions whose answers were compared with purchases. The caller
 * decrefs. */
json_t *report_versions(const struct monitor *m, json_t *(*describe)(const struct labels_score *score));

#endif
