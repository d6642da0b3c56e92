/*
 * payment_fact.h - what one record says of payments, in a form that can be laid over what others say.
 *
 * Ids and addresses are keyed 64-bit hashes (hash.h, 0: none), so facts are of fixed size and hold no personal text.
 * Two ids that share a hash would be taken for one: among ten million that has a probability of 3 in a million, and who
 * does not know the key of the run cannot aim at it.
 * A record gives one fact for itself and one for each object inside it.
 */
#ifndef LIBETL_PAYMENT_FACT_H
#define LIBETL_PAYMENT_FACT_H

#include <stddef.h>
#include <stdint.h>

#include "libetl/stripe/plans.h"

enum etl_fact_kind {
    ETL_FACT_PAYMENT,      /* a session, invoice, payment intent or charge */
    ETL_FACT_SUBSCRIPTION, /* the subscription itself */
    ETL_FACT_REFUND,       /* money given back, or a refund that failed */
    ETL_FACT_DISPUTE,      /* a payment that the buyer's bank contests */
    ETL_FACT_LINK,         /* says only that its ids are of one payment */
    ETL_FACT_CUSTOMER,     /* the e-mail address of a customer */
    ETL_FACT_PRICE         /* the plan that a price stands for, if any */
};

/* What one record says of a payment.  Of several records about one payment, all flags hold. */
enum etl_fact_flag {
    /* What became of the money.  The surest counts: paid, then uncaptured, failed, unpaid, zero. */
    ETL_FACT_PAID = 1 << 0,       /* an amount above zero was paid; amount, currency and time are set */
    ETL_FACT_ZERO = 1 << 1,       /* completed, with nothing to pay: a trial, a discount of 100 %, a setup session */
    ETL_FACT_FAILED = 1 << 2,     /* an attempt to pay failed or was cancelled */
    ETL_FACT_UNCAPTURED = 1 << 3, /* the card was authorised and not charged */
    ETL_FACT_UNPAID = 1 << 4,     /* open, draft, void, expired or still processing */

    /* What was taken back. */
    ETL_FACT_REFUNDED = 1 << 5,       /* refunded in full; parts are in `refunded` */
    ETL_FACT_DISPUTE_LOST = 1 << 6,   /* the buyer's bank took the money back */
    ETL_FACT_REFUND_FAILED = 1 << 16, /* of a refund: it failed or was cancelled, so its amount was not given back */

    /* Whether it can be a purchase at all. */
    ETL_FACT_OTHER_MODE = 1 << 7,  /* in test mode where live is wanted, or the reverse: never a purchase */
    ETL_FACT_LATER_CYCLE = 1 << 8, /* of an invoice: a renewal or a change of plan */
    ETL_FACT_FIRST_CYCLE = 1 << 9, /* the subscription's beginning was seen, so its payments are no renewals */
    ETL_FACT_TRIAL = 1 << 12,      /* of a subscription: it has or had a trial */
    ETL_FACT_CONFIRMED = 1 << 15,  /* not only a session that names neither invoice nor intent; where a confirmed
                                      payment of the purchase was made, an unconfirmed one is the same again */

    /* What it was for. */
    ETL_FACT_ONE_TIME = 1 << 10,         /* it has lines, and none of them is a plan's */
    ETL_FACT_PLAN_LINE = 1 << 11,        /* one of its lines is a plan's, known or not */
    ETL_FACT_SUBSCRIBED = 1 << 13,       /* it belongs to a subscription */
    ETL_FACT_FOR_SUBSCRIPTION = 1 << 18, /* of a charge: described as "Subscription creation" or "... update" */

    /* Which records of a payment are known, for finding those that belong together. */
    ETL_FACT_BILLED = 1 << 14,  /* an invoice or a session; with neither, a charge of a subscriber never counts */
    ETL_FACT_CHARGED = 1 << 17, /* its intent or charge */
    ETL_FACT_SEVERAL_CUSTOMERS = 1 << 19 /* of several that name different customers; set when they are merged */
};

#define ETL_FACT_NO_TIME INT64_MAX

struct etl_payment_fact {
    uint64_t record; /* what makes the record that it is: equal ones are duplicates; 0: part of the one before */
    uint64_t session, invoice, intent, charge; /* one payment */
    uint64_t subscription;                     /* what the payment belongs to */
    uint64_t other;                            /* id of a refund, a dispute or a price */
    uint64_t customer, email, reference;       /* who paid; reference is the lead id that came along */
    int64_t at;                                /* when it happened, or ETL_FACT_NO_TIME */
    int64_t amount;                            /* paid, given back or, where it is not paid, asked for; minor unit */
    int64_t refunded;                          /* of it, as far as this record knows */
    uint64_t price;                            /* the price that is not (or that now is) known as a plan */
    uint32_t flags;
    etl_money_currency currency;
    uint8_t kind;   /* enum etl_fact_kind */
    uint8_t method; /* number of a payment method (payment_method.h), 0 unknown */
    struct etl_plan plan;
    uint8_t spare[6]; /* zeroes, so that facts can be hashed as bytes */
};

/* Start with {0}; free items. */
struct etl_payment_fact_list {
    struct etl_payment_fact *items; /* [count] */
    size_t count, capacity;
};

#endif
