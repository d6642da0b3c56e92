/* training_rows.h - train.csv in memory: for each purchase its time, customer and package, with the values of the
 * declared features. */
#ifndef FEATURES_TRAINING_ROWS_H
#define FEATURES_TRAINING_ROWS_H

#include <jansson.h>

#include "libetl/config.h"
#include "services/common/store/volume.h"
#include "services/common/table/string_intern.h"
#include "services/common/util/error.h"
#include "services/common/util/unix_time.h"

/* A value is 0 where it is missing; otherwise, of a categorical feature, 1 + its number in the dictionary;
 * of a numeric one, bits that sort as the numbers do (training_rows_number gives the number back). */
typedef uint32_t feature_value;

struct training_row {
    unix_time at;
    size_t customer; /* where customer_id begins in `customers` */
    uint32_t class;  /* tier of the package */
};

struct training_rows {
    const struct etl_config *config; /* borrowed */
    size_t count, capacity;
    struct training_row *row;    /* [count], as in the file */
    feature_value *value;        /* [count][config->feature_count] */
    struct string_intern *texts; /* [config->feature_count], of the categorical features */
    char *customers;
    size_t customers_used, customers_capacity;
    json_t *unreadable; /* how many values of each feature were, by name; NULL: none */
};

/* On failure *out is unchanged. */
MUST_CHECK bool training_rows_read(struct training_rows *out, const struct volume *volume, const char *name,
                                   const struct etl_config *config, struct error *err);
void training_rows_done(struct training_rows *p); /* fine on zeroes */

const char *training_rows_customer(const struct training_rows *p, size_t row);
float training_rows_number(feature_value value); /* of a numeric feature, not missing */

#endif
