/*
 * stripe_templates.h - templates of Stripe's objects, as they are in full events (see template.h).
 *
 * Keys and nesting are those of genuine deliveries.  There are two families: "old" is sent to endpoints before API
 * version 2025-03-31.basil, "new" to later ones.  In "new" the charge no longer names its invoice, the invoice no
 * longer names its subscription, intent and charge, a line names its price in pricing.price_details, and
 * invoice_payment objects connect what belongs together.
 */
#ifndef SAMPLE_STRIPE_TEMPLATES_H
#define SAMPLE_STRIPE_TEMPLATES_H

extern const char stripe_templates_event[];
extern const char stripe_templates_session[];
extern const char stripe_templates_customer[];
extern const char stripe_templates_price[];
extern const char stripe_templates_invoice_payment[]; /* new only */
extern const char stripe_templates_refund[];
extern const char stripe_templates_dispute[];

/* What differs between the families. */
struct stripe_templates {
    const char *api_version;
    const char *subscription, *invoice, *charge, *payment_intent;
    const char *plan_line, *fee_line; /* of an invoice */
};
extern const struct stripe_templates stripe_templates_old, stripe_templates_new;

#endif
