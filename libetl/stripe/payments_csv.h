/*
 * payments_csv.h - reads the dashboard's export of payments: a row is a charge or payment intent.
 *
 * Columns are found by name: id, Created date (UTC), Amount, Amount Refunded, Currency, Captured, Mode, Status,
 * Customer ID, Customer Email, Invoice ID, Description, Payment Source Type, and metadata columns `client_reference_id
 * (metadata)` or `lead_id (metadata)`. id, Amount, Currency and Status are required.  Amounts are in major units.  A
 * row whose description is Stripe's "Subscription update" is a renewal.
 */
#ifndef LIBETL_PAYMENTS_CSV_H
#define LIBETL_PAYMENTS_CSV_H

#include <stdbool.h>

#include "libetl/base/reject_reason.h"
#include "libetl/stripe/payment_fact.h"
#include "libetl/stripe/stripe_reader.h"

enum etl_payments_csv_column {
    ETL_PAYMENTS_ID,
    ETL_PAYMENTS_CREATED,
    ETL_PAYMENTS_AMOUNT,
    ETL_PAYMENTS_REFUNDED,
    ETL_PAYMENTS_CURRENCY,
    ETL_PAYMENTS_CAPTURED,
    ETL_PAYMENTS_MODE,
    ETL_PAYMENTS_STATUS,
    ETL_PAYMENTS_CUSTOMER,
    ETL_PAYMENTS_EMAIL,
    ETL_PAYMENTS_INVOICE,
    ETL_PAYMENTS_DESCRIPTION,
    ETL_PAYMENTS_METHOD,
    ETL_PAYMENTS_REFERENCE,
    ETL_PAYMENTS_COLUMNS
};

/* The indexes of each column by its names, the preferred first; -1 after the last. */
enum { ETL_PAYMENTS_NAMES = 4 };
struct etl_payments_csv {
    int places[ETL_PAYMENTS_COLUMNS][ETL_PAYMENTS_NAMES];
};

/* False if a required column is missing; *missing then names it. */
bool etl_payments_csv_columns(struct etl_payments_csv *columns, const struct etl_text *names, size_t count,
                              const char **missing);

enum etl_reject_reason etl_payments_csv_read(const struct etl_stripe_reader *reader,
                                             const struct etl_payments_csv *columns, const struct etl_text *fields,
                                             struct etl_payment_fact *out);

#endif
