/* retention.h - which versions stay: the newest ones, the last champions, and whatever a pointer names. */
#ifndef REGISTER_RETENTION_H
#define REGISTER_RETENTION_H

#include <jansson.h>

#include "services/common/store/volume.h"

/* Remove what is neither of the newest `versions` nor of the last `champions` that the decisions name.
 * What cannot be removed stays until the next time. */
void retention_apply(const struct volume *volume, const json_t *decisions, long long versions, long long champions);

#endif
