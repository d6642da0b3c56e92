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

#include "libetl/evidence.h"
#include "libetl/idmap.h"

/* What became of a purchase. */
#define VERDICTS(X)                                                                                                    \
    X(COUNTS, "labelled")                                                                                              \
    X(LATER, "not the person's first purchase")                                                                        \
    X(NO_LEAD, "no lead")                                                                                              \
    X(LOST, "dispute lost")                                                                                            \
    X(REFUNDED, "refunded in full")                                                                                    \
    X(SETUP_FEE, "set-up fee alone")                                                                                   \
    X(NO_PLAN, "no plan recognised")                                                                                   \
    X(BARE_CHARGE, "charge beside a subscription")                                                                     \
    X(RENEWAL, "renewal: no purchase of its own")                                                                      \
    X(UNCAPTURED, "not captured")                                                                                      \
    X(FAILED, "payment failed")                                                                                        \
    X(UNPAID, "not paid")                                                                                              \
    X(TRIAL, "trial or free: nothing paid")                                                                            \
    X(OTHER_MODE, "other mode")                                                                                        \
    X(NO_PAYMENT, "no payment seen")

#define VERDICT_CODE(code, text) VERDICT_##code,
enum verdict { VERDICTS(VERDICT_CODE) VERDICT_COUNT };
#undef VERDICT_CODE
const char *verdict_text(enum verdict verdict);

/* A payment as far as it is known; facts lie on the one that the others of its set point to. */
struct payment {
    uint32_t same;     /* towards the payment that stands for this one */
    uint32_t whole;    /* towards the payment that stands for the purchase */
    uint32_t flags;    /* enum evidence_flag */
    uint32_t customer; /* place in customers, or IDMAP_NONE */
    int64_t amount, refunded;
    int64_t at; /* paid (or else asked for) first, or EVIDENCE_NO_TIME */
    uint64_t email, reference;
    uint32_t price;    /* place in prices, or IDMAP_NONE */
    uint32_t sighting; /* its first in sightings, or IDMAP_NONE */
    money_currency currency;
    uint8_t method;
    struct plan plan;
};

/* A plan that the subscription had when it was first seen; several only where two were seen in one second. */
struct purchase_sighting {
    int64_t at;
    uint32_t price; /* as above */
    uint32_t next;  /* in sightings, or IDMAP_NONE */
    struct plan plan;
};

struct purchase_refund {
    uint32_t payment;
    uint32_t dropped; /* it failed or was cancelled */
    int64_t amount;
};

/* A second address, reference, customer or price of something that has one. */
enum purchase_extra_kind { EXTRA_EMAIL, EXTRA_REFERENCE, EXTRA_CUSTOMER, EXTRA_PRICE, EXTRA_CUSTOMER_EMAIL };
struct purchase_extra {
    uint64_t key;   /* a hash, or the place of a customer or price */
    uint32_t owner; /* a payment, or the place of a customer */
    uint32_t kind;
};

struct purchases {
    struct idmap ids; /* of invoices, intents, charges, sessions and subscriptions -> payments */
    struct idmap customer_ids, price_ids, refund_ids;
    struct payment *payments;
    size_t payment_count, payment_capacity;
    uint64_t *customers; /* the hash of an e-mail address, or 0 */
    size_t customer_count, customer_capacity;
    struct plan *prices; /* what is known of each price */
    size_t price_count, price_capacity;
    struct purchase_sighting *sightings;
    size_t sighting_count, sighting_capacity;
    struct purchase_refund *refunds;
    size_t refund_count, refund_capacity;
    struct purchase_extra *extras;
    size_t extra_count, extra_capacity;
};
/* All zeroes is empty. */

/* Lay down one piece of evidence; false where memory ends. */
bool purchases_add(struct purchases *purchases, const struct evidence *evidence);

/* Say that evidence comes soon, so that its places in memory are at hand. */
void purchases_prefetch(const struct purchases *purchases, const struct evidence *evidence);

void purchases_done(struct purchases *purchases);

/* ---- when all has been laid down ---- */

/* Two payments are one. For purchases_match. */
bool purchases_join(struct purchases *purchases, uint32_t a, uint32_t b);

/*
 * Since 2025-03-31 neither a charge nor its intent names the invoice.  Where no invoice payment told either, a
 * charge that Stripe made for a subscription belongs to the invoice of the same customer over the same sum
 * that is nearest in time, at most a day away; where two are as near, to neither.  False where memory ends.
 */
bool purchases_match(struct purchases *purchases);

/* One purchase, with all that may tell who bought. */
struct purchase {
    enum verdict verdict; /* COUNTS, or why it does not; joining may still change it */
    int64_t at, amount;
    money_currency currency;
    uint8_t method, package;
    const uint64_t *references, *emails; /* hashes; emails first of the payments, then of the customers */
    size_t reference_count, email_count, own_email_count;
};

/*
 * Judge every purchase and hand it to `take`, whose answer false stops (as does the end of memory; both
 * give false).  The ids are forgotten, so nothing can be added afterwards.
 */
typedef bool purchase_taker(void *user, const struct purchase *purchase);
bool purchases_judge(struct purchases *purchases, const struct config *config, purchase_taker *take, void *user);

#endif
