/*
 * feature_table.h - the features folder in memory: schema.json and the rows of features.csv.
 *
 * Both must belong together: schema.json names the hash of its features.csv.  Only read once made.
 */
#ifndef COMMON_FEATURE_TABLE_H
#define COMMON_FEATURE_TABLE_H

#include "libforest/forest.h"
#include "services/common/store/files.h"
#include "services/common/util/unix_time.h"

enum feature_split { SPLIT_TRAIN, SPLIT_VALIDATION, SPLIT_HOLDOUT };

enum { FEATURE_PERIOD_DAYS = 5 }; /* days of one period; 90, 180 and 365 are multiples of it */

struct feature_table {
    struct forest_schema schema;   /* its texts live in `document` */
    json_t *document;              /* schema.json */
    unix_time holdout_from;        /* when the first purchase of the hold-out was made */
    unix_time validation_from;     /* the same of the validation rows */
    unix_time trained_until;       /* the last purchase before the hold-out */
    char sha256[SHA256_HEX];       /* of features.csv */
    char train_sha256[SHA256_HEX]; /* of the train.csv that it was made of */
    uint64_t total;                /* sum of weights */
    size_t rows;                   /* distinct rows */
    float *x;                      /* [rows][schema.features] */
    uint16_t *label;               /* [rows] */
    uint32_t *weight;
    uint8_t *split;   /* enum feature_split */
    uint32_t *period; /* number of full periods between the purchase and holdout_from */
};

/* Read the features folder below the data folder; on failure *out is left alone. */
MUST_CHECK bool feature_table_read_at(struct feature_table *out, const struct volume *volume, struct error *err);
void feature_table_done(struct feature_table *table); /* fine on zeroes */

#endif
