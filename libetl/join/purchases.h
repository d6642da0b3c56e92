/*
 * purchases.h - lays evidence over evidence until purchases stand out.
 *
 * Invoice, payment intent, charge and checkout session that name each other are one payment; payments of
 * one subscription (and sessions or invoices that tie them) are one purchase.  Laying evidence down is
 * idempotent and its order does not matter: only sets, sums of distinct refunds, earliest times and surest
 * plans are kept.  So duplicates, late and reordered records change nothing, and the outcome is a function
 * of the whole set.
 */
#ifndef LIBETL_PURCHASES_H
#define LIBETL_PURCHASES_H

#include "libetl/base/idmap.h"
#include "libetl/stripe/payment_fact.h"

/* What became of a purchase. */
#define ETL_PURCHASE_STATUSES(X)                                                                                       \
    X(VALID, "labelled")                                                                                               \
    X(LATER, "not the person's first purchase")                                                                        \
    X(NO_LEAD, "no lead")                                                                                              \
    X(LOST, "dispute lost")                                                                                            \
    X(REFUNDED, "refunded in full")                                                                                    \
    X(SETUP_FEE, "set-up fee only")                                                                                    \
    X(NO_PLAN, "no plan recognised")                                                                                   \
    X(BARE_CHARGE, "charge besides a subscription")                                                                    \
    X(RENEWAL, "renewal, not a new purchase")                                                                          \
    X(UNCAPTURED, "not captured")                                                                                      \
    X(FAILED, "payment failed")                                                                                        \
    X(UNPAID, "not paid")                                                                                              \
    X(TRIAL, "trial or free: nothing paid")                                                                            \
    X(OTHER_MODE, "other mode")                                                                                        \
    X(NO_PAYMENT, "no payment seen")

#define ETL_STATUS_CODE(code, text) ETL_STATUS_##code,
enum etl_purchase_status { ETL_PURCHASE_STATUSES(ETL_STATUS_CODE) ETL_STATUS_COUNT };
#undef ETL_STATUS_CODE
const char *etl_purchase_status_text(enum etl_purchase_status status);

/* A payment as far as it is known; facts lie on the one that the others of its set point to. */
struct etl_payment {
    uint32_t same;     /* towards the payment that stands for this one */
    uint32_t purchase; /* towards the payment that stands for the purchase */
    uint32_t flags;    /* enum etl_fact_flag */
    uint32_t customer; /* place in customers, or ETL_IDMAP_NONE */
    int64_t amount, refunded;
    int64_t at; /* paid (or else asked for) first, or ETL_FACT_NO_TIME */
    uint64_t email, reference;
    uint32_t price;       /* place in prices, or ETL_IDMAP_NONE */
    uint32_t observation; /* its first in sightings, or ETL_IDMAP_NONE */
    etl_money_currency currency;
    uint8_t method;
    struct etl_plan plan;
};

/* A plan that the subscription had when it was first seen; several only where two were seen in one second. */
struct etl_plan_observation {
    int64_t at;
    uint32_t price; /* as above */
    uint32_t next;  /* in sightings, or ETL_IDMAP_NONE */
    struct etl_plan plan;
};

struct etl_purchase_refund {
    uint32_t payment;
    uint32_t failed; /* it failed or was cancelled */
    int64_t amount;
};

/* A second address, reference, customer or price of something that has one. */
enum etl_purchase_extra_kind {
    ETL_EXTRA_EMAIL,
    ETL_EXTRA_REFERENCE,
    ETL_EXTRA_CUSTOMER,
    ETL_EXTRA_PRICE,
    ETL_EXTRA_CUSTOMER_EMAIL
};
struct etl_purchase_extra {
    uint64_t key;   /* a hash, or the place of a customer or price */
    uint32_t owner; /* a payment, or the place of a customer */
    uint32_t kind;
};

struct etl_purchases {
    struct etl_idmap ids;           /* of invoices, intents, charges, sessions and subscriptions -> payments */
    struct etl_idmap subscriptions; /* ids -> the payments on which lies what subscriptions say of themselves */
    struct etl_idmap customer_ids, price_ids, refund_ids;
    struct etl_payment *payments;
    size_t payment_count, payment_capacity;
    uint64_t *customers; /* the hash of an e-mail address, or 0 */
    size_t customer_count, customer_capacity;
    struct etl_plan *prices; /* what is known of each price */
    size_t price_count, price_capacity;
    struct etl_plan_observation *observations;
    size_t observation_count, observation_capacity;
    struct etl_purchase_refund *refunds;
    size_t refund_count, refund_capacity;
    struct etl_purchase_extra *extras;
    size_t extra_count, extra_capacity;
};
/* All zeroes is empty. */

/* Lay down one piece of evidence; false where memory ends. */
bool etl_purchases_add(struct etl_purchases *purchases, const struct etl_payment_fact *fact);

/* Say that evidence comes soon, so that its places in memory are at hand. */
void etl_purchases_prefetch(const struct etl_purchases *purchases, const struct etl_payment_fact *fact);

void etl_purchases_done(struct etl_purchases *purchases);

/* ---- when all has been laid down ---- */

/* Two payments are one. For etl_purchases_match. */
bool etl_purchases_join(struct etl_purchases *purchases, uint32_t a, uint32_t b);

/*
 * Since 2025-03-31 neither a charge nor its intent names the invoice.  Where no invoice payment told either, a
 * charge that Stripe made for a subscription belongs to the invoice of the same customer over the same sum
 * that is nearest in time, at most a day away; where two are as near, to neither.  False where memory ends.
 */
bool etl_purchases_match(struct etl_purchases *purchases);

/* One purchase, with all that may tell who bought. */
struct etl_purchase {
    enum etl_purchase_status status; /* COUNTS, or why it does not; joining may still change it */
    int64_t at, amount;
    etl_money_currency currency;
    uint8_t method, package;
    const uint64_t *references, *emails; /* hashes; emails first of the payments, then of the customers */
    size_t reference_count, email_count, own_email_count;
};

/*
 * Classify every purchase and hand it to `take`, whose answer false stops (as does the end of memory; both
 * give false).  The ids are forgotten, so nothing can be added afterwards.
 */
typedef bool etl_purchase_visitor(void *user, const struct etl_purchase *purchase);
bool etl_purchases_classify(struct etl_purchases *purchases, const struct etl_config *config,
                            etl_purchase_visitor *take, void *user);

#endif
