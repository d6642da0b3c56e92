/*
 * payment_fact.h - what one record says of payments, in a form that can be laid over what others say.
 *
 * Ids and addresses are keyed 64-bit hashes (hash.h, 0: none), so evidence is of fixed size and holds no personal text.
 * Two ids that share a hash would be taken for one: among ten million that has a probability of 3 in a million, and who
 * does not know the key of the run cannot aim at it.
 * A record gives one piece of evidence for itself and one for each object inside it.
 */
#ifndef LIBETL_PAYMENT_FACT_H
#define LIBETL_PAYMENT_FACT_H

#include <stddef.h>
#include <stdint.h>

#include "libetl/stripe/plans.h"

enum etl_fact_kind {
    ETL_FACT_PAYMENT,      /* a session, invoice, payment intent or charge */
    ETL_FACT_SUBSCRIPTION, /* the subscription itself */
    ETL_FACT_REFUND,
    ETL_FACT_DISPUTE,
    ETL_FACT_LINK,     /* only that ids belong together */
    ETL_FACT_CUSTOMER, /* that a customer has an e-mail address */
    ETL_FACT_PRICE     /* that a price is a plan */
};

/* What is seen of a payment; flags of several records add up. */
enum etl_fact_flag {
    ETL_FACT_PAID = 1 << 0, /* an amount above zero was paid */
    ETL_FACT_ZERO = 1 << 1, /* done, with nothing to pay */
    ETL_FACT_FAILED = 1 << 2,
    ETL_FACT_UNCAPTURED = 1 << 3,   /* authorised, not taken */
    ETL_FACT_UNPAID = 1 << 4,       /* open, draft, void, expired, still processing */
    ETL_FACT_REFUNDED = 1 << 5,     /* in full */
    ETL_FACT_DISPUTE_LOST = 1 << 6, /* a dispute */
    ETL_FACT_OTHER_MODE = 1 << 7,   /* test where live is wanted, or the other way round; says nothing else */
    ETL_FACT_LATER_CYCLE = 1 << 8,  /* a renewal or a change of plan */
    ETL_FACT_FIRST_CYCLE = 1 << 9,  /* the beginning of the subscription was seen */
    ETL_FACT_ONE_TIME = 1 << 10,    /* has lines, none of them a plan's */
    ETL_FACT_PLAN_LINE = 1 << 11,   /* has a plan's line */
    ETL_FACT_TRIAL = 1 << 12,
    ETL_FACT_SUBSCRIBED = 1 << 13,       /* belongs to a subscription */
    ETL_FACT_BILLED = 1 << 14,           /* has an invoice or a checkout session: no bare charge */
    ETL_FACT_CONFIRMED = 1 << 15,        /* told by more than a session that names neither invoice nor intent */
    ETL_FACT_REFUND_FAILED = 1 << 16,    /* a refund that failed or was cancelled */
    ETL_FACT_CHARGED = 1 << 17,          /* its intent or charge is known */
    ETL_FACT_FOR_SUBSCRIPTION = 1 << 18, /* a charge that Stripe says it made for a subscription */
    ETL_FACT_SEVERAL_CUSTOMERS = 1 << 19
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
    uint8_t spare[6]; /* zeroes, so that evidence can be hashed as bytes */
};

/* Start with {0}; free items. */
struct etl_payment_fact_list {
    struct etl_payment_fact *items; /* [count] */
    size_t count, capacity;
};

#endif
