/*
 * billing.h - the facts of a story as Stripe would number and spell them: ids, references, amounts, prices.
 *
 * Both layouts fill their templates from the same fields.  One struct billing serves all stories, one after
 * the other; billing_customer begins a story, billing_purchase a subscription of it, billing_payment an invoice.
 */
#ifndef SAMPLE_BILLING_H
#define SAMPLE_BILLING_H

#include "services/sample/delivery.h"
#include "services/sample/story.h"
#include "services/sample/template.h"

struct billing {
    const struct sample *sample;
    const struct person *person; /* of the story now being written */
    const struct story *story;
    struct draw ids, look; /* numbers for ids; for how things are shown */
    struct fields fields;
    struct buffer object, part, expanded, line; /* room to put together an object, parts of one, a line */
};

struct billing *billing_new(const struct sample *sample); /* NULL where memory ran out */
bool billing_failed(const struct billing *billing);       /* memory ran out while something was put together */
void billing_free(struct billing *billing);

/*
 * Sets: customer, email (quoted, or null where the story keeps it back), known_email (quoted), name, reference (quoted
 * or null), live, mode, method, currency.
 */
void billing_customer(struct billing *billing, const struct person *person, const struct story *story);

/* A subscription to a package.  Sets: session, subscription, item, and what billing_name_price sets. */
void billing_purchase(struct billing *billing, size_t package);

/* The price of a package alone.  Sets: price, product, lookup_key and nickname (quoted or null), unit_amount,
 * fee_price. */
void billing_name_price(struct billing *billing, size_t package);

/* An invoice over an amount with its intent and charge.  Sets: invoice, invoice_line, intent, charge, amount, at. */
void billing_payment(struct billing *billing, int64_t amount, moment at);

/* The first amount of a purchase of the story: price less discount, and the set-up fee where it is paid. */
int64_t billing_first_amount(const struct billing *billing, size_t package);
int64_t billing_price(const struct billing *billing, size_t package); /* a month, less the discount */
bool billing_has_fee(const struct billing *billing);                  /* the first invoice has a second line */

/* A fresh id with a prefix such as "ch_3", as the field `name`; `digits` letters and digits follow the prefix. */
void billing_set_id(struct billing *billing, const char *name, const char *prefix, size_t digits);

#endif
