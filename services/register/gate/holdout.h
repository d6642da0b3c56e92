/* holdout.h - the rows of the hold-out side by side, coded by the schema of the features folder. */
#ifndef REGISTER_HOLDOUT_H
#define REGISTER_HOLDOUT_H

#include "services/common/table/feature_table.h"

struct holdout {
    const struct forest_schema *schema; /* borrowed */
    size_t rows;
    float *x; /* [rows][schema->features] */
    uint16_t *label;
    uint32_t *weight;
};

/* false where memory ran out; *out is then left alone. */
bool holdout_copy(struct holdout *out, const struct feature_table *table);
void holdout_done(struct holdout *holdout); /* fine on zeroes */

/* Of the coded rows: where levels get other numbers the same rows look new, which costs one look too many. */
bool holdout_sha256(const struct holdout *holdout, char hex[SHA256_HEX]);

#endif
