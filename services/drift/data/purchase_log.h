/* purchase_log.h - train.csv in memory: for each purchase its time, lead, inputs and package. */
#ifndef DRIFT_PURCHASE_LOG_H
#define DRIFT_PURCHASE_LOG_H

#include "services/common/store/volume.h"
#include "services/common/util/error.h"
#include "services/common/util/unix_time.h"
#include "services/drift/data/cell_set.h"

struct purchase {
    unix_time at;
    uint32_t cell;
    uint32_t lead; /* its number in the dictionary of leads */
    uint32_t package;
};

struct purchase_log {
    size_t count, capacity;
    struct purchase *purchase; /* [count], as in the file */
};

/* Read the purchases before `until`; a missing file has none. On failure *out is unchanged. */
MUST_CHECK bool purchase_log_read(struct purchase_log *out, const struct volume *volume, const char *name,
                                  struct cell_set *cell_set, struct string_intern *leads, unix_time until,
                                  struct error *err);
void purchase_log_done(struct purchase_log *p); /* fine on zeroes */

#endif
