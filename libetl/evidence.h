/*
 * evidence.h - what one record says of payments, in a form that can be laid over what others say.
 *
 * Ids and addresses are hashes (hash.h, 0: none), so evidence is of fixed size and holds no personal text.
 * A record gives one piece of evidence for itself and one for each object inside it.
 */
#ifndef LIBETL_EVIDENCE_H
#define LIBETL_EVIDENCE_H

#include <stddef.h>
#include <stdint.h>

#include "libetl/plans.h"

enum evidence_kind {
    EVIDENCE_PAYMENT,      /* a session, invoice, payment intent or charge */
    EVIDENCE_SUBSCRIPTION, /* the subscription itself */
    EVIDENCE_REFUND,
    EVIDENCE_DISPUTE,
    EVIDENCE_TIE,      /* only that ids belong together */
    EVIDENCE_CUSTOMER, /* that a customer has an e-mail address */
    EVIDENCE_PRICE     /* that a price is a plan */
};

/* What is seen of a payment; flags of several records add up. */
enum evidence_flag {
    EVIDENCE_PAID = 1 << 0, /* an amount above zero was paid */
    EVIDENCE_ZERO = 1 << 1, /* done, with nothing to pay */
    EVIDENCE_FAILED = 1 << 2,
    EVIDENCE_UNCAPTURED = 1 << 3,  /* authorised, not taken */
    EVIDENCE_UNPAID = 1 << 4,      /* open, draft, void, expired, still processing */
    EVIDENCE_REFUNDED = 1 << 5,    /* in full */
    EVIDENCE_LOST = 1 << 6,        /* a dispute */
    EVIDENCE_OTHER_MODE = 1 << 7,  /* test where live is wanted, or the other way round; says nothing else */
    EVIDENCE_LATER_CYCLE = 1 << 8, /* a renewal or a change of plan */
    EVIDENCE_BEGINNING = 1 << 9,   /* the beginning of the subscription was seen */
    EVIDENCE_ONE_TIME = 1 << 10,   /* has lines, none of them a plan's */
    EVIDENCE_PLAN_LINE = 1 << 11,  /* has a plan's line */
    EVIDENCE_TRIAL = 1 << 12,
    EVIDENCE_SUBSCRIBED = 1 << 13,       /* belongs to a subscription */
    EVIDENCE_BILLED = 1 << 14,           /* has an invoice or a checkout session: no bare charge */
    EVIDENCE_SOLID = 1 << 15,            /* told by more than a session that names neither invoice nor intent */
    EVIDENCE_DROPPED = 1 << 16,          /* a refund that failed or was cancelled */
    EVIDENCE_CHARGED = 1 << 17,          /* its intent or charge is known */
    EVIDENCE_FOR_SUBSCRIPTION = 1 << 18, /* a charge that Stripe says it made for a subscription */
    EVIDENCE_SEVERAL_CUSTOMERS = 1 << 19
};

#define EVIDENCE_NO_TIME INT64_MAX

struct evidence {
    uint64_t record; /* what makes the record that it is: equal ones are duplicates; 0: part of the one before */
    uint64_t session, invoice, intent, charge; /* one payment */
    uint64_t subscription;                     /* what the payment belongs to */
    uint64_t other;                            /* id of a refund, a dispute or a price */
    uint64_t customer, email, reference;       /* who paid; reference is the lead id that came along */
    int64_t at;                                /* when it happened, or EVIDENCE_NO_TIME */
    int64_t amount;                            /* paid, given back or, where it is not paid, asked for; minor unit */
    int64_t refunded;                          /* of it, as far as this record knows */
    uint64_t price;                            /* the price that is not (or that now is) known as a plan */
    uint32_t flags;
    money_currency currency;
    uint8_t kind;   /* enum evidence_kind */
    uint8_t method; /* number of a payment method (payment_method.h), 0 unknown */
    struct plan plan;
    uint8_t spare[6]; /* zeroes, so that evidence can be hashed as bytes */
};

/* Start with {0}; free items. */
struct evidence_list {
    struct evidence *items; /* [count] */
    size_t count, capacity;
};

#endif
