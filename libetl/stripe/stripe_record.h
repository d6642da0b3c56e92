/*
 * stripe_record.h - reads what a Stripe record says about payments.
 *
 * A record is an event or an object of any API version: checkout session, invoice, payment intent, charge,
 * subscription, refund, dispute, invoice payment, customer, price or plan.  References may be ids, full objects (which
 * are read too) or the stubs of deleted ones.  If an event and its object name different modes, the record counts as
 * one of the mode that is not wanted, because a test must never train a model.
 */
#ifndef LIBETL_STRIPE_RECORD_H
#define LIBETL_STRIPE_RECORD_H

#include "libetl/base/reject_reason.h"
#include "libetl/json/tape.h"
#include "libetl/stripe/payment_fact.h"
#include "libetl/stripe/stripe_reader.h"

enum etl_stripe_result {
    ETL_STRIPE_FACTS,
    ETL_STRIPE_REJECTED, /* *reason says why; nothing was appended */
    ETL_STRIPE_LIST,     /* a list object: its items are the records */
    ETL_STRIPE_NO_MEMORY
};

/*
 * Append what the object at `node` says to *out. received is the time of arrival, for records without a time of their
 * own, or ETL_FACT_NO_TIME.
 */
enum etl_stripe_result etl_stripe_read(const struct etl_stripe_reader *reader, const struct etl_tape *tape,
                                       uint32_t node, int64_t received, struct etl_payment_fact_list *out,
                                       enum etl_reject_reason *reason);

#endif
