/* retention.h - keeps candidates/ from growing without limit. */
#ifndef TRAIN_RETENTION_H
#define TRAIN_RETENTION_H

#include <stddef.h>

#include "services/common/store/volume.h"

/* Remove all candidates but the `keep` newest ones and the one named. What cannot be removed stays. */
void retention_apply(const struct volume *volume, size_t keep, const char *newest);

#endif
