/*
 * payment_fact.h - payment facts: what one record says about payments, in a form that can be merged with other
 * records.
 *
 * Ids and addresses are keyed 64-bit hashes (hash.h, 0: none), so facts have a fixed size and contain no personal
 * text. Two ids with the same hash would be treated as one: among ten million ids the probability is 3 in a million,
 * and an attacker who does not know the key of the run cannot raise it. A record gives one fact for itself and one for
 * each object in it.
 */
#ifndef LIBETL_PAYMENT_FACT_H
#define LIBETL_PAYMENT_FACT_H

#include <stddef.h>
#include <stdint.h>

#include "libetl/stripe/plans.h"

enum etl_fact_kind {
    ETL_FACT_PAYMENT,      /* a session, invoice, payment intent or charge */
    ETL_FACT_SUBSCRIPTION, /* the subscription itself */
    ETL_FACT_REFUND,       /* a refund, or a refund that failed */
    ETL_FACT_DISPUTE,      /* a payment that the buyer's bank disputes */
    ETL_FACT_LINK,         /* says only that its ids belong to one payment */
    ETL_FACT_CUSTOMER,     /* the e-mail address of a customer */
    ETL_FACT_PRICE         /* the plan of a price, if any */
};

/* What one record says about a payment.  The flags of several records about one payment are combined. */
enum etl_fact_flag {
    /* What happened to the money.  The most certain flag counts: paid, then uncaptured, failed, unpaid, zero. */
    ETL_FACT_PAID = 1 << 0,       /* an amount above zero was paid; amount, currency and time are set */
    ETL_FACT_ZERO = 1 << 1,       /* completed, with nothing to pay: a trial, a discount of 100 %, a setup session */
    ETL_FACT_FAILED = 1 << 2,     /* an attempt to pay failed or was cancelled */
    ETL_FACT_UNCAPTURED = 1 << 3, /* the card was authorised and not charged */
    ETL_FACT_UNPAID = 1 << 4,     /* open, draft, void, expired or still processing */

    /* What was returned. */
    ETL_FACT_REFUNDED = 1 << 5,       /* refunded in full; partial refunds are in `refunded` */
    ETL_FACT_DISPUTE_LOST = 1 << 6,   /* the buyer's bank took the money back */
    ETL_FACT_REFUND_FAILED = 1 << 16, /* of a refund: it failed or was cancelled, so its amount was not refunded */

    /* Whether it can be a purchase at all. */
    ETL_FACT_OTHER_MODE = 1 << 7,  /* in test mode if live is wanted, or the reverse: never a purchase */
    ETL_FACT_LATER_CYCLE = 1 << 8, /* of an invoice: a renewal or a change of plan */
    ETL_FACT_FIRST_CYCLE = 1 << 9, /* the start of the subscription was seen, so its payments are not renewals */
    ETL_FACT_TRIAL = 1 << 12,      /* of a subscription: it has or had a trial */
    ETL_FACT_CONFIRMED = 1 << 15,  /* reported by more than a session without invoice and intent. If the purchase has a
                                      confirmed payment, an unconfirmed one is the same payment again */

    /* What it was for. */
    ETL_FACT_ONE_TIME = 1 << 10,         /* it has lines, but no line has a plan */
    ETL_FACT_PLAN_LINE = 1 << 11,        /* one of its lines has a plan, known or not */
    ETL_FACT_SUBSCRIBED = 1 << 13,       /* it belongs to a subscription */
    ETL_FACT_FOR_SUBSCRIPTION = 1 << 18, /* of a charge: described as "Subscription creation" or "... update" */

    /* Which records of a payment are known, to find those that belong together. */
    ETL_FACT_BILLED = 1 << 14,  /* an invoice or a session; with neither, a charge of a subscriber never counts */
    ETL_FACT_CHARGED = 1 << 17, /* its intent or charge */
    ETL_FACT_SEVERAL_CUSTOMERS = 1 << 19 /* of several that name different customers; set when they are merged */
};

#define ETL_FACT_NO_TIME INT64_MAX

struct etl_payment_fact {
    uint64_t record; /* identity of the record: equal ones are duplicates; 0: part of the previous record */
    uint64_t session, invoice, intent, charge; /* ids of one payment */
    uint64_t subscription;                     /* what the payment belongs to */
    uint64_t other;                            /* id of a refund, a dispute or a price */
    uint64_t customer, email, reference;       /* who paid; reference is the lead id sent with the payment */
    int64_t at;                                /* when it happened, or ETL_FACT_NO_TIME */
    int64_t amount;                            /* paid, refunded or, if it is not paid, requested; in minor units */
    int64_t refunded;                          /* refunded part of it, as far as this record knows */
    uint64_t price;                            /* the price whose plan is not yet known (or, of a price, now is) */
    uint32_t flags;
    etl_money_currency currency;
    uint8_t kind;   /* enum etl_fact_kind */
    uint8_t method; /* number of a payment method (payment_method.h); 0: unknown */
    struct etl_plan plan;
    uint8_t spare[6]; /* always zero, so that facts can be hashed as bytes */
};

/* Start with {0}; free items. */
struct etl_payment_fact_list {
    struct etl_payment_fact *items; /* [count] */
    size_t count, capacity;
};

#endif
