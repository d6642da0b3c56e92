/*
 * stripe_ids.h - the fields of a journey in Stripe's form: ids, references, amounts, prices.
 *
 * Both layouts fill their templates from the same fields.  One struct stripe_ids is used for all journeys, in
 * sequence; stripe_ids_customer begins a journey, stripe_ids_purchase a subscription of it, stripe_ids_payment an
 * invoice.
 */
#ifndef SAMPLE_STRIPE_IDS_H
#define SAMPLE_STRIPE_IDS_H

#include "services/sample/journey.h"
#include "services/sample/shuffle_buffer.h"
#include "services/sample/template.h"

struct stripe_ids {
    const struct sample *sample;
    const struct person *person; /* of the story now being written */
    const struct journey *journey;
    struct rng id_rng, style_rng; /* numbers for ids; for how things are shown */
    struct fields fields;
    struct strbuf object, part, expanded, line; /* room to put together an object, parts of one, a line */
    bool failed;                                /* memory ran out */
};

struct stripe_ids *stripe_ids_new(const struct sample *sample); /* NULL where memory ran out */
bool stripe_ids_failed(const struct stripe_ids *ids);           /* memory ran out while something was put together */
void stripe_ids_free(struct stripe_ids *ids);

/*
 * Sets: customer, email (quoted, or null where the story keeps it back), known_email (quoted), name, reference (quoted
 * or null), live, mode, method, currency.
 */
void stripe_ids_customer(struct stripe_ids *ids, const struct person *person, const struct journey *journey);

/* A subscription to a package.  Sets: session, subscription, item, and what stripe_ids_name_price sets. */
void stripe_ids_purchase(struct stripe_ids *ids, size_t package);

/* The price of a package alone.  Sets: price, product, lookup_key and nickname (quoted or null), unit_amount,
 * fee_price. */
void stripe_ids_name_price(struct stripe_ids *ids, size_t package);

/* An invoice over an amount with its intent and charge.  Sets: invoice, invoice_line, intent, charge, amount, at. */
void stripe_ids_payment(struct stripe_ids *ids, int64_t amount, unix_time at);

/* The first amount of a purchase of the story: price less discount, and the set-up fee where it is paid. */
int64_t stripe_ids_first_amount(const struct stripe_ids *ids, size_t package);
int64_t stripe_ids_price(const struct stripe_ids *ids, size_t package); /* a month, less the discount */
bool stripe_ids_has_fee(const struct stripe_ids *ids);                  /* the first invoice has a second line */

/* The template with the fields of the journey, in one of the buffers in place of what was there; borrowed until the
 * buffer is used again. */
const char *stripe_ids_render(struct stripe_ids *ids, struct strbuf *out, const char *template);

/* A fresh id with a prefix such as "ch_3", as the field `name`; `digits` letters and digits follow the prefix. */
void stripe_ids_set_id(struct stripe_ids *ids, const char *name, const char *prefix, size_t digits);

#endif
