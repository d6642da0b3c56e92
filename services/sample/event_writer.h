/*
 * event_writer.h - writes one journey as events: sets the fields of its purchases and payments, and writes single
 * events.
 *
 * Fields fill the templates of stripe_templates.h; an event contains their values at the time it is written.
 */
#ifndef SAMPLE_EVENT_WRITER_H
#define SAMPLE_EVENT_WRITER_H

#include "services/sample/stripe_ids.h"
#include "services/sample/stripe_templates.h"

enum { EVENT_WRITER_DAY = 24 * 3600, EVENT_WRITER_MONTH = 30 * EVENT_WRITER_DAY };

/* The state while one journey is written. */
struct event_writer {
    struct shuffle_buffer *out;
    struct stripe_ids *ids;
    struct fields *fields; /* the billing's */
    const struct journey *journey;
    const struct stripe_templates *templates;
    int lines; /* of the invoice now in the fields */
};

/* ---- events ---- */

/* Write the object that the template makes from the fields, in an event of this type and time. */
void event_writer_emit(struct event_writer *t, const char *type, const char *object, unix_time at);

/* The same, but the reference `name` to `id_name` may be replaced by the full object `referred`. */
void event_writer_emit_expanding(struct event_writer *t, const char *type, const char *object, unix_time at,
                                 const char *name, const char *id_name, const char *referred);

/* ---- fields ---- */

void event_writer_begin_journey(struct event_writer *t, const struct person *person);
void event_writer_begin_purchase(struct event_writer *t, size_t package, unix_time at);

/* A payment without an invoice: what a bare charge needs. It succeeded. */
void event_writer_begin_bare_payment(struct event_writer *t, int64_t amount, unix_time at, const char *description);

/* An invoice, still without lines, over what is left of its plan and fee after the discount; its intent and charge. */
void event_writer_begin_invoice(struct event_writer *t, int64_t plan, int64_t fee, unix_time at, const char *reason);
void event_writer_add_plan_line(struct event_writer *t, int64_t amount,
                                bool proration); /* of the price now in the fields */

/* The first invoice of a subscription, with the set-up fee where the story has one. */
void event_writer_begin_first_invoice(struct event_writer *t, int64_t plan, unix_time at);

/* The outcome of the payment now in the fields. */
void event_writer_set_outcome(struct event_writer *t, int64_t amount, bool paid);

void event_writer_set_reference(struct event_writer *t, const char *name,
                                const char *id_name); /* a reference by its id */
void event_writer_set_price_reference(struct event_writer *t);

int64_t event_writer_full_price(const struct event_writer *t, size_t package);

#endif
