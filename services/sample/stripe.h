/*
 * stripe.h - the facts of a story as Stripe would number and spell them: ids, references, amounts, prices.
 *
 * Both layouts fill their templates from the same fields.  One struct stripe serves all stories, one after
 * the other; stripe_customer begins a story, stripe_purchase a subscription of it, stripe_payment an invoice.
 */
#ifndef SAMPLE_STRIPE_H
#define SAMPLE_STRIPE_H

#include "services/sample/delivery.h"
#include "services/sample/story.h"
#include "services/sample/template.h"

struct stripe {
    const struct sample *sample;
    const struct person *person; /* of the story now being written */
    const struct story *story;
    struct draw ids, look; /* numbers for ids; for how things are shown */
    struct fields fields;
    struct buffer object, part, line; /* room to put together an object, a part of one, a line */
};

struct stripe *stripe_new(const struct sample *sample); /* NULL where memory ran out */
void stripe_free(struct stripe *stripe);

/*
 * Sets: customer, email (quoted, or null where the story keeps it back), known_email (quoted), name, reference (quoted
 * or null), live, mode, method, currency.
 */
void stripe_customer(struct stripe *stripe, const struct person *person, const struct story *story);

/* A subscription to a package.  Sets: session, subscription, item, line_item, fee_item, and
 * what stripe_name_price sets. */
void stripe_purchase(struct stripe *stripe, size_t package);

/* The price of a package alone.  Sets: price, product, lookup_key and nickname (quoted or null), unit_amount, fee_price. */
void stripe_name_price(struct stripe *stripe, size_t package);

/* An invoice over an amount with its intent and charge.  Sets: invoice, invoice_line, fee_line, intent, charge, amount, at. */
void stripe_payment(struct stripe *stripe, int64_t amount, moment at);

/* The first amount of a purchase of the story: price less discount, and the set-up fee where it is paid. */
int64_t stripe_first_amount(const struct stripe *stripe, size_t package);
int64_t stripe_price(const struct stripe *stripe, size_t package); /* a month, less the discount */
bool stripe_has_fee(const struct stripe *stripe);                  /* the first invoice has a second line */

/* A fresh id with a prefix such as "ch_3", as the field `name`; `digits` letters and digits follow the prefix. */
void stripe_set_id(struct stripe *stripe, const char *name, const char *prefix, size_t digits);

#endif
