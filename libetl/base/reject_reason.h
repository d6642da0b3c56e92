/*
 * reject_reason.h - why a record is no evidence: the reasons in the quarantine and the report.
 *
 * A broken record should have been readable; an unrelated one is well-formed and tells nothing of leads
 * or payments.  Only broken ones count against the share that a run may refuse.
 */
#ifndef LIBETL_REJECT_REASON_H
#define LIBETL_REJECT_REASON_H

#include <stdbool.h>

#define ETL_REJECT_REASONS(X)                                                                                          \
    X(NOT_JSON, true, "not JSON")                                                                                      \
    X(CUT_OFF, true, "the JSON does not end before the file does")                                                     \
    X(TOO_LARGE, true, "larger than 16 MiB")                                                                           \
    X(NOT_OBJECT, true, "not a JSON object")                                                                           \
    X(NO_KIND, true, "no \"object\" says what kind of Stripe object this is")                                          \
    X(UNRELATED, false, "a kind of object that says nothing of a purchase")                                            \
    X(THIN_EVENT, false, "a thin event, which carries no object")                                                      \
    X(NO_OBJECT, true, "an event without its object")                                                                  \
    X(NO_ID, true, "no id")                                                                                            \
    X(NO_AMOUNT, true, "a payment without an amount")                                                                  \
    X(BAD_CURRENCY, true, "a payment without a currency of three letters")                                             \
    X(NO_TIME, true, "a payment without a time that can be read, as 2026-01-31 10:20 can")                             \
    X(NOT_CSV, true, "not CSV: a quote that does not belong there or is never closed")                                 \
    X(FIELD_TOO_LONG, true, "a field longer than 64 KiB")                                                              \
    X(FIELD_COUNT, true, "another number of fields than the header")                                                   \
    X(NO_IDENTITY, true, "neither a lead id nor an e-mail address")                                                    \
    X(BAD_LEAD_ID, true, "no e-mail address, and a lead id that is none")                                              \
    X(BAD_DATE, true, "a date that cannot be read, as 2026-01-31 10:20 can")                                           \
    X(VALUE_TOO_LONG, true, "a feature longer than 255 bytes")                                                         \
    X(UNKNOWN_STATUS, true, "a payment status that is not known")

#define ETL_REJECT_CODE(code, broken, text) ETL_REJECT_##code,
enum etl_reject_reason { ETL_REJECT_NONE, ETL_REJECT_REASONS(ETL_REJECT_CODE) ETL_REJECT_COUNT };
#undef ETL_REJECT_CODE

const char *etl_reject_reason_text(enum etl_reject_reason reason);
bool etl_reject_reason_is_broken(enum etl_reject_reason reason);

#endif
