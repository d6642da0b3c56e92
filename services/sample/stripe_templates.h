/*
 * stripe_templates.h - Stripe's objects as whole events carry them, as templates (see template.h).
 *
 * Keys and nesting are those of genuine deliveries.  Two families stand side by side: "old" is what
 * endpoints created before API version 2025-03-31.basil are sent, "new" what later ones are sent: the
 * charge no longer names its invoice, the invoice no longer its subscription, intent and charge, a line
 * tells its price by pricing.price_details, and invoice_payment objects tie what belongs together.
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
