/* payments_csv.c - from a row of the payments export to evidence. */
#include "libetl/payments_csv.h"

#include <string.h>

#include "libetl/hash.h"
#include "libetl/payment_method.h"
#include "libetl/timestamp.h"

static const struct {
    const char *names[PAYMENTS_NAMES]; /* folded; row by row the first that says something counts */
    bool needed;
} columns_of[PAYMENTS_COLUMNS] = {
    [PAYMENTS_ID] = {{"id"}, true},
    [PAYMENTS_CREATED] = {{"createddateutc", "createdutc", "created"}, true},
    [PAYMENTS_AMOUNT] = {{"amount"}, true},
    [PAYMENTS_REFUNDED] = {{"amountrefunded"}, false},
    [PAYMENTS_CURRENCY] = {{"currency"}, true},
    [PAYMENTS_CAPTURED] = {{"captured"}, false},
    [PAYMENTS_MODE] = {{"mode", "livemode"}, false},
    [PAYMENTS_STATUS] = {{"status"}, true},
    [PAYMENTS_CUSTOMER] = {{"customerid"}, false},
    [PAYMENTS_EMAIL] = {{"customeremail", "emailmetadata"}, false},
    [PAYMENTS_INVOICE] = {{"invoiceid"}, false},
    [PAYMENTS_DESCRIPTION] = {{"description"}, false},
    [PAYMENTS_METHOD] = {{"paymentsourcetype", "paymentmethodtype"}, false},
    [PAYMENTS_REFERENCE] = {{"clientreferenceidmetadata", "leadidmetadata", "clientreferenceid"}, false},
};

static int find_column(const char *wanted, const struct text *names, size_t count) {
    char folded[64];
    for (size_t i = 0; i < count; i++) {
        size_t size = text_fold_name(names[i], folded, sizeof folded);
        if (size > 0 && size < sizeof folded && strcmp(folded, wanted) == 0)
            return (int)i;
    }
    return -1;
}

bool payments_csv_columns(struct payments_csv *columns, const struct text *names, size_t count, const char **missing) {
    for (size_t i = 0; i < PAYMENTS_COLUMNS; i++) {
        size_t found = 0;
        for (size_t k = 0; k < PAYMENTS_NAMES && columns_of[i].names[k] != NULL; k++) {
            int place = find_column(columns_of[i].names[k], names, count);
            if (place >= 0)
                columns->places[i][found++] = place;
        }
        if (found == 0 && columns_of[i].needed) {
            *missing = columns_of[i].names[0];
            return false;
        }
        if (found < PAYMENTS_NAMES)
            columns->places[i][found] = -1;
    }
    return true;
}

static struct text field_of(const struct payments_csv *columns, size_t column, const struct text *fields) {
    struct text field = {"", 0};
    for (size_t k = 0; k < PAYMENTS_NAMES && columns->places[column][k] >= 0 && field.size == 0; k++)
        field = text_trim(fields[columns->places[column][k]]);
    return field;
}

static bool starts_with(struct text text, const char *word) {
    size_t size = strlen(word);
    return text.size >= size && memcmp(text.at, word, size) == 0;
}

static bool is_any(struct text text, const char *const *words) {
    while (*words != NULL && !text_is_word(text, *words))
        words++;
    return *words != NULL;
}

static enum refusal read_status(struct text status, bool captured, int64_t amount, struct evidence *e) {
    static const char *const paid[] = {"Paid",           "Succeeded", "Refunded", "Partially refunded",
                                       "Partial refund", "Disputed",  NULL};
    static const char *const failed[] = {"Failed", "Blocked", "Canceled", "Cancelled", NULL};
    static const char *const open[] = {
        "Incomplete", "Pending", "Processing", "Requires action", "Requires confirmation", "Requires payment method",
        "Expired",    NULL};
    if (text_is_word(status, "Uncaptured") || text_is_word(status, "Requires capture"))
        e->flags |= EVIDENCE_UNCAPTURED;
    else if (is_any(status, failed))
        e->flags |= EVIDENCE_FAILED;
    else if (is_any(status, open))
        e->flags |= EVIDENCE_UNPAID;
    else if (!is_any(status, paid))
        return REFUSAL_UNKNOWN_STATUS;
    else if (!captured)
        e->flags |= EVIDENCE_UNCAPTURED;
    else {
        e->flags |= amount > 0 ? EVIDENCE_PAID : EVIDENCE_ZERO;
        e->flags |= text_is_word(status, "Refunded") ? EVIDENCE_REFUNDED : 0;
    }
    return REFUSAL_NONE;
}

enum refusal payments_csv_read(const struct stripe_reader *reader, const struct payments_csv *columns,
                               const struct text *fields, struct evidence *out) {
    struct text f[PAYMENTS_COLUMNS];
    for (size_t i = 0; i < PAYMENTS_COLUMNS; i++)
        f[i] = field_of(columns, i, fields);
    struct evidence e = {
        .kind = EVIDENCE_PAYMENT, .plan.rank = PLAN_UNKNOWN, .flags = EVIDENCE_SOLID | EVIDENCE_CHARGED};
    int64_t amount = 0;
    if (f[PAYMENTS_ID].size == 0)
        return REFUSAL_NO_ID;
    *(starts_with(f[PAYMENTS_ID], "pi_") ? &e.intent : &e.charge) = stripe_hash_id(reader, f[PAYMENTS_ID]);
    e.invoice = stripe_hash_id(reader, f[PAYMENTS_INVOICE]);
    e.customer = stripe_hash_id(reader, f[PAYMENTS_CUSTOMER]);
    e.email = stripe_hash_email(reader, f[PAYMENTS_EMAIL]);
    e.reference = stripe_hash_reference(reader, f[PAYMENTS_REFERENCE]);
    e.method = payment_method_of(f[PAYMENTS_METHOD]);
    e.currency = money_currency_of(f[PAYMENTS_CURRENCY].at, f[PAYMENTS_CURRENCY].size);
    if (e.currency == 0)
        return REFUSAL_BAD_CURRENCY;
    if (!money_parse(f[PAYMENTS_AMOUNT].at, f[PAYMENTS_AMOUNT].size, e.currency, &amount))
        return REFUSAL_NO_AMOUNT;
    if (f[PAYMENTS_REFUNDED].size > 0 &&
        !money_parse(f[PAYMENTS_REFUNDED].at, f[PAYMENTS_REFUNDED].size, e.currency, &e.refunded))
        return REFUSAL_NO_AMOUNT;
    if (!timestamp_parse(f[PAYMENTS_CREATED].at, f[PAYMENTS_CREATED].size, &e.at))
        return REFUSAL_NO_TIME;
    e.amount = amount;
    bool test = text_is_word(f[PAYMENTS_MODE], "Test") || text_is_word(f[PAYMENTS_MODE], "false");
    enum refusal refusal = read_status(f[PAYMENTS_STATUS], !text_is_word(f[PAYMENTS_CAPTURED], "false"), amount, &e);
    if (starts_with(f[PAYMENTS_DESCRIPTION], "Subscription "))
        e.flags |= EVIDENCE_FOR_SUBSCRIPTION;
    if (text_is(f[PAYMENTS_DESCRIPTION], "Subscription update"))
        e.flags |= EVIDENCE_LATER_CYCLE;
    e.flags |= e.invoice != 0 ? EVIDENCE_BILLED : 0;
    if (test != reader->test_mode && f[PAYMENTS_MODE].size > 0) {
        e.flags = EVIDENCE_OTHER_MODE | EVIDENCE_SOLID;
        e.amount = e.refunded = 0;
    }
    e.record = hash_bytes(&e, sizeof e, reader->seed);
    *out = e;
    return refusal;
}
