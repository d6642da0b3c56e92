/* payments_csv.c - turns a row of the payments export into a payment fact. */
#include "libetl/stripe/payments_csv.h"

#include <string.h>

#include "libetl/base/timestamp.h"
#include "libetl/stripe/payment_method.h"

static const struct {
    const char *names[ETL_PAYMENTS_NAMES]; /* folded; in each row the first that is not empty counts */
    bool needed;
} columns_of[ETL_PAYMENTS_COLUMNS] = {
    [ETL_PAYMENTS_ID] = {{"id"}, true},
    [ETL_PAYMENTS_CREATED] = {{"createddateutc", "createdutc", "created"}, true},
    [ETL_PAYMENTS_AMOUNT] = {{"amount"}, true},
    [ETL_PAYMENTS_REFUNDED] = {{"amountrefunded"}, false},
    [ETL_PAYMENTS_CURRENCY] = {{"currency"}, true},
    [ETL_PAYMENTS_CAPTURED] = {{"captured"}, false},
    [ETL_PAYMENTS_MODE] = {{"mode", "livemode"}, false},
    [ETL_PAYMENTS_STATUS] = {{"status"}, true},
    [ETL_PAYMENTS_CUSTOMER] = {{"customerid"}, false},
    [ETL_PAYMENTS_EMAIL] = {{"customeremail", "emailmetadata"}, false},
    [ETL_PAYMENTS_INVOICE] = {{"invoiceid"}, false},
    [ETL_PAYMENTS_DESCRIPTION] = {{"description"}, false},
    [ETL_PAYMENTS_METHOD] = {{"paymentsourcetype", "paymentmethodtype"}, false},
    [ETL_PAYMENTS_REFERENCE] = {{"clientreferenceidmetadata", "leadidmetadata", "clientreferenceid"}, false},
};

static int find_column(const char *wanted, const struct etl_text *names, size_t count) {
    char folded[64];
    for (size_t i = 0; i < count; i++) {
        size_t size = etl_text_fold_name(names[i], folded, sizeof folded);
        if (size > 0 && size < sizeof folded && strcmp(folded, wanted) == 0)
            return (int)i;
    }
    return -1;
}

bool etl_payments_csv_columns(struct etl_payments_csv *columns, const struct etl_text *names, size_t count,
                              const char **missing) {
    for (size_t i = 0; i < ETL_PAYMENTS_COLUMNS; i++) {
        size_t found = 0;
        for (size_t k = 0; k < ETL_PAYMENTS_NAMES && columns_of[i].names[k] != NULL; k++) {
            int place = find_column(columns_of[i].names[k], names, count);
            if (place >= 0)
                columns->places[i][found++] = place;
        }
        if (found == 0 && columns_of[i].needed) {
            *missing = columns_of[i].names[0];
            return false;
        }
        if (found < ETL_PAYMENTS_NAMES)
            columns->places[i][found] = -1;
    }
    return true;
}

static struct etl_text field_of(const struct etl_payments_csv *columns, size_t column, const struct etl_text *fields) {
    struct etl_text field = {"", 0};
    for (size_t k = 0; k < ETL_PAYMENTS_NAMES && columns->places[column][k] >= 0 && field.size == 0; k++)
        field = etl_text_trim(fields[columns->places[column][k]]);
    return field;
}

static bool starts_with(struct etl_text text, const char *word) {
    size_t size = strlen(word);
    return text.size >= size && memcmp(text.at, word, size) == 0;
}

static bool is_any(struct etl_text text, const char *const *words) {
    while (*words != NULL && !etl_text_is_word(text, *words))
        words++;
    return *words != NULL;
}

static enum etl_reject_reason read_status(struct etl_text status, bool captured, int64_t amount,
                                          struct etl_payment_fact *e) {
    static const char *const paid[] = {"Paid",           "Succeeded", "Refunded", "Partially refunded",
                                       "Partial refund", "Disputed",  NULL};
    static const char *const failed[] = {"Failed", "Blocked", "Canceled", "Cancelled", NULL};
    static const char *const open[] = {
        "Incomplete", "Pending", "Processing", "Requires action", "Requires confirmation", "Requires payment method",
        "Expired",    NULL};
    if (etl_text_is_word(status, "Uncaptured") || etl_text_is_word(status, "Requires capture"))
        e->flags |= ETL_FACT_UNCAPTURED;
    else if (is_any(status, failed))
        e->flags |= ETL_FACT_FAILED;
    else if (is_any(status, open))
        e->flags |= ETL_FACT_UNPAID;
    else if (!is_any(status, paid))
        return ETL_REJECT_UNKNOWN_STATUS;
    else if (!captured)
        e->flags |= ETL_FACT_UNCAPTURED;
    else {
        e->flags |= amount > 0 ? ETL_FACT_PAID : ETL_FACT_ZERO;
        e->flags |= etl_text_is_word(status, "Refunded") ? ETL_FACT_REFUNDED : 0;
    }
    return ETL_REJECT_NONE;
}

enum etl_reject_reason etl_payments_csv_read(const struct etl_stripe_reader *reader,
                                             const struct etl_payments_csv *columns, const struct etl_text *fields,
                                             struct etl_payment_fact *out) {
    struct etl_text f[ETL_PAYMENTS_COLUMNS];
    for (size_t i = 0; i < ETL_PAYMENTS_COLUMNS; i++)
        f[i] = field_of(columns, i, fields);
    struct etl_payment_fact e = {
        .kind = ETL_FACT_PAYMENT, .plan.rank = ETL_PLAN_UNKNOWN, .flags = ETL_FACT_CONFIRMED | ETL_FACT_CHARGED};
    int64_t amount = 0;
    if (f[ETL_PAYMENTS_ID].size == 0)
        return ETL_REJECT_NO_ID;
    *(starts_with(f[ETL_PAYMENTS_ID], "pi_") ? &e.intent : &e.charge) = etl_hash_id(reader->key, f[ETL_PAYMENTS_ID]);
    e.invoice = etl_hash_id(reader->key, f[ETL_PAYMENTS_INVOICE]);
    e.customer = etl_hash_id(reader->key, f[ETL_PAYMENTS_CUSTOMER]);
    e.email = etl_hash_email(reader->key, f[ETL_PAYMENTS_EMAIL]);
    e.reference = etl_hash_lead_id(reader->key, f[ETL_PAYMENTS_REFERENCE]);
    e.method = etl_payment_method_of(f[ETL_PAYMENTS_METHOD]);
    e.currency = etl_money_currency_of(f[ETL_PAYMENTS_CURRENCY].at, f[ETL_PAYMENTS_CURRENCY].size);
    if (e.currency == 0)
        return ETL_REJECT_BAD_CURRENCY;
    if (!etl_money_parse(f[ETL_PAYMENTS_AMOUNT].at, f[ETL_PAYMENTS_AMOUNT].size, e.currency, &amount))
        return ETL_REJECT_NO_AMOUNT;
    if (f[ETL_PAYMENTS_REFUNDED].size > 0 &&
        !etl_money_parse(f[ETL_PAYMENTS_REFUNDED].at, f[ETL_PAYMENTS_REFUNDED].size, e.currency, &e.refunded))
        return ETL_REJECT_NO_AMOUNT;
    if (!etl_timestamp_parse(f[ETL_PAYMENTS_CREATED].at, f[ETL_PAYMENTS_CREATED].size, &e.at))
        return ETL_REJECT_NO_TIME;
    e.amount = amount;
    bool test = etl_text_is_word(f[ETL_PAYMENTS_MODE], "Test") || etl_text_is_word(f[ETL_PAYMENTS_MODE], "false");
    enum etl_reject_reason reason =
        read_status(f[ETL_PAYMENTS_STATUS], !etl_text_is_word(f[ETL_PAYMENTS_CAPTURED], "false"), amount, &e);
    if (starts_with(f[ETL_PAYMENTS_DESCRIPTION], "Subscription "))
        e.flags |= ETL_FACT_FOR_SUBSCRIPTION;
    if (etl_text_is(f[ETL_PAYMENTS_DESCRIPTION], "Subscription update"))
        e.flags |= ETL_FACT_LATER_CYCLE;
    e.flags |= e.invoice != 0 ? ETL_FACT_BILLED : 0;
    if (test != reader->test_mode && f[ETL_PAYMENTS_MODE].size > 0) {
        e.flags = ETL_FACT_OTHER_MODE | ETL_FACT_CONFIRMED;
        e.amount = e.refunded = 0;
    }
    e.record = etl_hash_bytes(reader->key, ETL_HASH_RECORD, &e, sizeof e);
    *out = e;
    return reason;
}
