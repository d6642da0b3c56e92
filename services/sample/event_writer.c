/* event_writer.c - sets the fields of a journey and writes events with them. */
#include "services/sample/event_writer.h"

#include <inttypes.h>
#include <string.h>

#include "services/sample/defects.h"

/* ---- one event ---- */

void event_writer_emit(struct event_writer *t, const char *type, const char *object, unix_time at) {
    struct stripe_ids *ids = t->ids;
    fields_set(t->fields, "event_at", "%" PRId64, at);
    fields_borrow(t->fields, "object", stripe_ids_render(ids, &ids->object, object));
    stripe_ids_set_id(ids, "event", "evt_1", 23);
    fields_borrow(t->fields, "type", type);
    stripe_ids_render(ids, &ids->line, stripe_templates_event);
    shuffle_buffer_send(t->out, &ids->line);
    fields_borrow(t->fields, "previous", "");
}

/* ---- references ---- */

static bool random_flag(struct event_writer *t) {
    return rng_chance(&t->ids->style_rng, defects_rate(DEFECT_EXPANDED));
}

void event_writer_set_reference(struct event_writer *t, const char *name, const char *id_name) {
    fields_set(t->fields, name, "\"%s\"", fields_get(t->fields, id_name));
}

void event_writer_emit_expanding(struct event_writer *t, const char *type, const char *object, unix_time at,
                                 const char *name, const char *id_name, const char *referred) {
    if (random_flag(t))
        fields_borrow(t->fields, name, stripe_ids_render(t->ids, &t->ids->expanded, referred));
    event_writer_emit(t, type, object, at);
    event_writer_set_reference(t, name, id_name);
}

/* An expanded customer may have been deleted: then it is a stub. */
static void set_customer_reference(struct event_writer *t) {
    static const char stub[] = "{'id':'$customer','object':'customer','deleted':true}";
    bool expanded = random_flag(t), deleted = rng_below(&t->ids->style_rng, 2) == 0;
    const char *reference = !expanded ? "'$customer'" : deleted ? stub : stripe_templates_customer;
    fields_set(t->fields, "customer_ref", "%s", stripe_ids_render(t->ids, &t->ids->object, reference));
}

void event_writer_set_price_reference(struct event_writer *t) {
    bool expanded = random_flag(t);
    const char *reference = expanded ? stripe_templates_price : "'$price'";
    fields_set(t->fields, "price_ref", "%s", stripe_ids_render(t->ids, &t->ids->object, reference));
}

/* ---- the fields of a journey, a purchase, a payment ---- */

void event_writer_begin_journey(struct event_writer *t, const struct person *person) {
    stripe_ids_customer(t->ids, person, t->journey);
    stripe_ids_set_id(t->ids, "invoice_prefix", "", 8);
    stripe_ids_set_id(t->ids, "payment_method", "pm_1", 23);
    stripe_ids_set_id(t->ids, "fingerprint", "", 16);
    fields_set(t->fields, "at", "%" PRId64, t->journey->at);
    set_customer_reference(t);
    fields_borrow(t->fields, "api_version", t->templates->api_version);
    fields_borrow(t->fields, "previous", "");
    fields_borrow(t->fields, "trial_start", "null");
    fields_borrow(t->fields, "trial_end", "null");
    fields_set(t->fields, "fee_amount", "%" PRId64, t->ids->sample->population->config->setup_fee);
}

void event_writer_begin_purchase(struct event_writer *t, size_t package, unix_time at) {
    stripe_ids_purchase(t->ids, package);
    event_writer_set_reference(t, "subscription_ref", "subscription");
    event_writer_set_price_reference(t);
    fields_set(t->fields, "started_at", "%" PRId64, at);
    fields_set(t->fields, "expires_at", "%" PRId64, at + EVENT_WRITER_DAY);
    fields_borrow(t->fields, "subscription_status", "active");
}

void event_writer_set_outcome(struct event_writer *t, int64_t amount, bool paid) {
    struct fields *fields = t->fields;
    fields_set(fields, "captured", "%" PRId64, paid ? amount : 0);
    fields_set(fields, "remaining", "%" PRId64, paid ? 0 : amount);
    fields_borrow(fields, "refunded_amount", "0");
    fields_borrow(fields, "refunded", "false");
    fields_borrow(fields, "disputed", "false");
    fields_borrow(fields, "paid", paid ? "true" : "false");
    fields_borrow(fields, "paid_at", paid ? fields_get(fields, "at") : "null");
    fields_borrow(fields, "invoice_status", paid ? "paid" : "open");
    fields_borrow(fields, "charge_status", paid ? "succeeded" : "failed");
    fields_borrow(fields, "failure", paid ? "null" : "\"card_declined\"");
    fields_borrow(fields, "network_status", paid ? "approved_by_network" : "declined_by_network");
    fields_borrow(fields, "outcome", paid ? "authorized" : "issuer_declined");
    fields_borrow(fields, "intent_status", paid ? "succeeded" : "requires_payment_method");
    fields_borrow(fields, "payment_error", paid ? "null" : "{\"type\":\"card_error\",\"code\":\"card_declined\"}");
}

void event_writer_begin_bare_payment(struct event_writer *t, int64_t amount, unix_time at, const char *description) {
    struct fields *fields = t->fields;
    stripe_ids_payment(t->ids, amount, at);
    stripe_ids_set_id(t->ids, "balance", "txn_3", 23);
    event_writer_set_reference(t, "charge_ref", "charge");
    event_writer_set_reference(t, "intent_ref", "intent");
    fields_borrow(fields, "charge_invoice", "null");
    fields_borrow(fields, "description", description);
    fields_borrow(fields, "discount", "0");
    fields_set(fields, "subtotal", "%" PRId64, amount);
    event_writer_set_outcome(t, amount, true);
}

void event_writer_begin_invoice(struct event_writer *t, int64_t plan, int64_t fee, unix_time at, const char *reason) {
    struct fields *fields = t->fields;
    int64_t discount = t->journey->discount ? plan / 10 : 0, subtotal = plan + fee;
    bool first = strcmp(reason, "subscription_create") == 0;
    event_writer_begin_bare_payment(t, subtotal - discount, at,
                                    first ? "Subscription creation" : "Subscription update");
    stripe_ids_set_id(t->ids, "invoice_payment", "inpay_1", 23);
    stripe_ids_set_id(t->ids, "fee_entry", "ii_1", 23);
    event_writer_set_reference(t, "invoice_ref", "invoice");
    bool charged = subtotal > 0;
    fields_borrow(fields, "charge_invoice", fields_get(fields, "invoice_ref"));
    fields_borrow(fields, "invoice_charge", charged ? fields_get(fields, "charge_ref") : "null");
    fields_borrow(fields, "invoice_intent", charged ? fields_get(fields, "intent_ref") : "null");
    /* Stripe sometimes leaves it null while the first invoice is being made. */
    bool known = !random_flag(t);
    fields_borrow(fields, "latest_invoice", known ? fields_get(fields, "invoice_ref") : "null");
    fields_borrow(fields, "reason", reason);
    fields_set(fields, "subtotal", "%" PRId64, subtotal);
    fields_set(fields, "discount", "%" PRId64, discount);
    fields_set(fields, "discount_amounts",
               discount > 0 ? "[{\"amount\":%" PRId64 ",\"discount\":\"di_1Autumn\"}]" : "[]", discount);
    fields_set(fields, "period_end", "%" PRId64, at + EVENT_WRITER_MONTH);
    strbuf_truncate(&t->ids->part, 0);
    t->lines = 0;
}

static void add_line(struct event_writer *t, const char *line) {
    struct strbuf *lines = &t->ids->part;
    strbuf_puts(lines, t->lines++ > 0 ? "," : "");
    stripe_ids_set_id(t->ids, "invoice_line", "il_1", 23);
    template_render(lines, line, t->fields);
    fields_borrow(t->fields, "lines", strbuf_text(lines));
    fields_set(t->fields, "line_count", "%d", t->lines);
}

void event_writer_add_plan_line(struct event_writer *t, int64_t amount, bool proration) {
    fields_set(t->fields, "line_amount", "%" PRId64, amount);
    fields_borrow(t->fields, "proration", proration ? "true" : "false");
    add_line(t, t->templates->plan_line);
}

void event_writer_begin_first_invoice(struct event_writer *t, int64_t plan, unix_time at) {
    bool fee = stripe_ids_has_fee(t->ids);
    event_writer_begin_invoice(t, plan, fee ? t->ids->sample->population->config->setup_fee : 0, at,
                               "subscription_create");
    event_writer_add_plan_line(t, plan, false);
    if (fee)
        add_line(t, t->templates->fee_line);
}

int64_t event_writer_full_price(const struct event_writer *t, size_t package) {
    return t->ids->sample->population->config->packages[package].price;
}
