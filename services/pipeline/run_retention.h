/* run_retention.h - limits how many records of runs are kept. */
#ifndef PIPELINE_RUN_RETENTION_H
#define PIPELINE_RUN_RETENTION_H

#include <stddef.h>

#include "services/common/store/volume.h"

/* Remove the oldest records of a folder (*.json) beyond the newest `keep`. What cannot be removed stays. */
void run_retention_prune(const struct volume *volume, const char *folder, size_t keep);

#endif
