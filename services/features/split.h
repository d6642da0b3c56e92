/* split.h - splits purchases by time into training, validation and hold-out rows. */
#ifndef FEATURES_SPLIT_H
#define FEATURES_SPLIT_H

#include "services/common/table/feature_table.h"
#include "services/features/training_rows.h"

/* How large the hold-out may be; it is a fifth of all rows within these. */
struct split_limits {
    size_t min, max;
};

struct split {
    size_t count;
    uint32_t *order;            /* [count] row numbers by purchased_at, then customer_id */
    size_t validation, holdout; /* places in the order where they begin */
};

/* The newest rows are the hold-out, the newest fifth of those before it the validation rows. */
MUST_CHECK bool split_by_time(struct split *out, const struct training_rows *p, const struct split_limits *limits,
                              struct error *err);
void split_done(struct split *split); /* fine on zeroes */

enum feature_split split_of(const struct split *split, size_t place);
unix_time split_time(const struct split *split, const struct training_rows *p, size_t place);

#endif
