/*
 * reject_reason.h - why a record is rejected: the reasons in the quarantine and the report.
 *
 * A broken record cannot be read; an unrelated one is well-formed but is not about leads or payments.  Only broken
 * ones count towards the largest share that a run may reject.
 */
#ifndef LIBETL_REJECT_REASON_H
#define LIBETL_REJECT_REASON_H

#include <stdbool.h>

#define ETL_REJECT_REASONS(X)                                                                                          \
    X(NOT_JSON, true, "not JSON")                                                                                      \
    X(CUT_OFF, true, "the JSON does not end before the file does")                                                     \
    X(TOO_LARGE, true, "larger than 16 MiB")                                                                           \
    X(NOT_OBJECT, true, "not a JSON object")                                                                           \
    X(NO_KIND, true, "no \"object\" names the kind of Stripe object")                                                  \
    X(UNRELATED, false, "a kind of object that is not about purchases")                                                \
    X(THIN_EVENT, false, "a thin event, which contains no object")                                                     \
    X(NO_OBJECT, true, "an event without its object")                                                                  \
    X(NO_ID, true, "no id")                                                                                            \
    X(NO_AMOUNT, true, "a payment without an amount")                                                                  \
    X(BAD_CURRENCY, true, "a payment without a currency of three letters")                                             \
    X(NO_TIME, true, "a payment without a readable time; one such as 2026-01-31 10:20 is expected")                    \
    X(NOT_CSV, true, "not CSV: a quote that does not belong there or is never closed")                                 \
    X(FIELD_TOO_LONG, true, "a field longer than 64 KiB")                                                              \
    X(FIELD_COUNT, true, "a different number of fields than the header")                                               \
    X(NO_IDENTITY, true, "neither a lead id nor an e-mail address")                                                    \
    X(BAD_LEAD_ID, true, "no e-mail address, and an invalid lead id")                                                  \
    X(BAD_DATE, true, "an unreadable date; one such as 2026-01-31 10:20 is expected")                                  \
    X(VALUE_TOO_LONG, true, "a feature longer than 255 bytes")                                                         \
    X(UNKNOWN_STATUS, true, "an unknown payment status")

#define ETL_REJECT_CODE(code, broken, text) ETL_REJECT_##code,
enum etl_reject_reason { ETL_REJECT_NONE, ETL_REJECT_REASONS(ETL_REJECT_CODE) ETL_REJECT_COUNT };
#undef ETL_REJECT_CODE

const char *etl_reject_reason_text(enum etl_reject_reason reason);
bool etl_reject_reason_is_broken(enum etl_reject_reason reason);

#endif
