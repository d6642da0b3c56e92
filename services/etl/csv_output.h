/*
 * csv_output.h - writes train.csv and leads.csv.
 *
 * train.csv: customer_id, the features in the configuration's order, signup_at, purchased_at, amount (major units),
 * payment_method, package, package_tier. leads.csv: customer_id, the features, signup_at.  Times are ISO 8601 in UTC;
 * unknown values are empty.
 */
#ifndef ETL_CSV_OUTPUT_H
#define ETL_CSV_OUTPUT_H

#include "libetl/join/dataset.h"
#include "services/common/util/error.h"
#include "services/etl/pseudonym.h"

/* What rows are written from. Everything is borrowed. */
struct csv_output {
    const struct etl_dataset *dataset;
    const struct etl_leads *leads;
    const struct etl_config *config;
    struct pseudonym *pseudonym;
};

/* Write train.csv or leads.csv. Both may be written at the same time. */
MUST_CHECK bool csv_output_write(const struct csv_output *output, const struct volume *volume, const char *name,
                                 bool train, struct error *err);

/*
 * The first feature that has the name of a column that is written here, or is read from a column of such a name, or
 * NULL. Such columns are known only after a purchase.
 */
const char *csv_output_find_leak(const struct etl_config *config);

#endif
