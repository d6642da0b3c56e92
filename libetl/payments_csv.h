/*
 * payments_csv.h - reads the dashboard's export of payments: a row is a charge or payment intent.
 *
 * Columns are found by name: id, Created date (UTC), Amount, Amount Refunded, Currency, Captured, Mode,
 * Status, Customer ID, Customer Email, Invoice ID, Description, Payment Source Type, and metadata columns
 * `client_reference_id (metadata)` or `lead_id (metadata)`.  id, Amount, Currency and Status must be there.
 * Amounts are in major units.  A row whose description is Stripe's "Subscription update" is a renewal.
 */
#ifndef LIBETL_PAYMENTS_CSV_H
#define LIBETL_PAYMENTS_CSV_H

#include <stdbool.h>

#include "libetl/evidence.h"
#include "libetl/stripe.h"

enum payments_csv_column {
    PAYMENTS_ID,
    PAYMENTS_CREATED,
    PAYMENTS_AMOUNT,
    PAYMENTS_REFUNDED,
    PAYMENTS_CURRENCY,
    PAYMENTS_CAPTURED,
    PAYMENTS_MODE,
    PAYMENTS_STATUS,
    PAYMENTS_CUSTOMER,
    PAYMENTS_EMAIL,
    PAYMENTS_INVOICE,
    PAYMENTS_DESCRIPTION,
    PAYMENTS_METHOD,
    PAYMENTS_REFERENCE,
    PAYMENTS_COLUMNS
};

/* The places of each column by its names, the best first; -1 behind the last. */
enum { PAYMENTS_NAMES = 4 };
struct payments_csv {
    int places[PAYMENTS_COLUMNS][PAYMENTS_NAMES];
};

/* False where a column is missing that must be there; *missing then names it. */
bool payments_csv_columns(struct payments_csv *columns, const struct text *names, size_t count, const char **missing);

enum refusal payments_csv_read(const struct stripe_reader *reader, const struct payments_csv *columns,
                               const struct text *fields, struct evidence *out);

#endif
