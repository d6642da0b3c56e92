/* purchases.h - train.csv in memory: who bought what when, with the values of the declared features. */
#ifndef FEATURES_PURCHASES_H
#define FEATURES_PURCHASES_H

#include "libetl/config.h"
#include "services/common/clock.h"
#include "services/common/dictionary.h"
#include "services/common/publish.h"

/* A value is 0 where it is missing; otherwise, of a categorical feature, 1 + its number in the dictionary;
 * of a numeric one, bits that sort as the numbers do (purchases_number gives the number back). */
typedef uint32_t feature_value;

struct purchase {
    moment at;
    size_t customer; /* where customer_id begins in `customers` */
    uint32_t class;  /* tier of the package */
};

struct purchases {
    const struct config *config; /* borrowed */
    size_t count, room;
    struct purchase *row;     /* [count], as in the file */
    feature_value *value;     /* [count][config->feature_count] */
    struct dictionary *texts; /* [config->feature_count], of the categorical features */
    char *customers;
    size_t customers_used, customers_room;
};

/* On failure *out is left alone. */
bool purchases_read(struct purchases *out, const char *path, const struct config *config, struct file_error *err);
void purchases_done(struct purchases *p); /* fine on zeroes */

const char *purchases_customer(const struct purchases *p, size_t row);
float purchases_number(feature_value value); /* of a numeric feature, not missing */

#endif
