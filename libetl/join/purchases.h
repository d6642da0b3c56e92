/*
 * purchases.h - merges payment facts into payments, and payments into purchases.
 *
 * Invoice, payment intent, charge and checkout session that name each other are one payment.  Payments of one
 * subscription (and sessions or invoices that connect them) are one purchase.  Adding a fact is idempotent, and the
 * order does not matter: only sets, sums of distinct refunds, earliest times and most certain plans are kept.  So
 * duplicates, late and reordered records change nothing, and the result depends only on the set of records.
 */
#ifndef LIBETL_PURCHASES_H
#define LIBETL_PURCHASES_H

#include "libetl/base/idmap.h"
#include "libetl/stripe/payment_fact.h"

/* The status of a purchase. */
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

/* What is known of a payment. Payments that are the same form a set, and its representative has the facts. */
struct etl_payment {
    uint32_t same;     /* the payment that represents this one, or a step towards it */
    uint32_t purchase; /* the payment that represents the purchase, or a step towards it */
    uint32_t flags;    /* enum etl_fact_flag */
    uint32_t customer; /* index in customers, or ETL_IDMAP_NONE */
    int64_t amount, refunded;
    int64_t at; /* time of the first payment (or else request), or ETL_FACT_NO_TIME */
    uint64_t email, reference;
    uint32_t price;       /* index in prices, or ETL_IDMAP_NONE */
    uint32_t observation; /* its first in observations, or ETL_IDMAP_NONE */
    etl_money_currency currency;
    uint8_t method;
    struct etl_plan plan;
};

/* The plan of a subscription when it was first seen; several only if two were seen in the same second. */
struct etl_plan_observation {
    int64_t at;
    uint32_t price; /* as above */
    uint32_t next;  /* in observations, or ETL_IDMAP_NONE */
    struct etl_plan plan;
};

struct etl_purchase_refund {
    uint32_t payment;
    uint32_t failed; /* whether it failed or was cancelled */
    int64_t amount;
};

/* A second address, reference, customer or price of a payment or customer. */
enum etl_purchase_extra_kind {
    ETL_EXTRA_EMAIL,
    ETL_EXTRA_REFERENCE,
    ETL_EXTRA_CUSTOMER,
    ETL_EXTRA_PRICE,
    ETL_EXTRA_CUSTOMER_EMAIL
};
struct etl_purchase_extra {
    uint64_t key;   /* a hash, or the index of a customer or price */
    uint32_t owner; /* a payment, or the index of a customer */
    uint32_t kind;
};

struct etl_purchases {
    struct etl_idmap ids;           /* of invoices, intents, charges, sessions and subscriptions -> payments */
    struct etl_idmap subscriptions; /* ids -> the payments that have the facts of the subscriptions themselves */
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
/* A zeroed struct is empty. */

/* Add a fact; false if memory runs out. */
bool etl_purchases_add(struct etl_purchases *purchases, const struct etl_payment_fact *fact);

/* Prefetch the memory of a fact that will be added soon. */
void etl_purchases_prefetch(const struct etl_purchases *purchases, const struct etl_payment_fact *fact);

void etl_purchases_done(struct etl_purchases *purchases);

/* ---- after all facts are added ---- */

/* Merge two payments; for etl_purchases_match. */
bool etl_purchases_join(struct etl_purchases *purchases, uint32_t a, uint32_t b);

/*
 * Since 2025-03-31 neither a charge nor its intent names the invoice.  If no invoice payment does either, a charge
 * that Stripe made for a subscription belongs to the invoice of the same customer with the same amount that is nearest
 * in time, at most a day away; if two are equally near, to neither.  False if memory runs out.
 */
bool etl_purchases_match(struct etl_purchases *purchases);

/* One purchase, with everything that can identify the buyer. */
struct etl_purchase {
    enum etl_purchase_status status; /* ETL_STATUS_VALID or why it does not count; joining may still change it */
    int64_t at, amount;
    etl_money_currency currency;
    uint8_t method, package;
    const uint64_t *references, *emails; /* hashes; emails first of the payments, then of the customers */
    size_t reference_count, email_count, own_email_count;
};

/*
 * Classify every purchase and pass it to `take`. If `take` returns false or memory runs out, it stops and returns
 * false.  The ids are freed, so no fact can be added afterwards.
 */
typedef bool etl_purchase_visitor(void *user, const struct etl_purchase *purchase);
bool etl_purchases_classify(struct etl_purchases *purchases, const struct etl_config *config,
                            etl_purchase_visitor *take, void *user);

#endif
