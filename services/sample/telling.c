/* telling.c - sets the facts of a story and sends events of them. */
#include "services/sample/telling.h"

#include <inttypes.h>
#include <string.h>

#include "services/sample/mess.h"

/* ---- one event ---- */

void telling_emit(struct telling *t, const char *type, const char *object, moment at) {
    struct billing *billing = t->billing;
    fields_set(t->fields, "event_at", "%" PRId64, at);
    buffer_clear(&billing->object);
    template_render(&billing->object, object, t->fields);
    billing_set_id(billing, "event", "evt_1", 23);
    fields_borrow(t->fields, "object", buffer_text(&billing->object));
    fields_borrow(t->fields, "type", type);
    buffer_clear(&billing->line);
    template_render(&billing->line, shapes_event, t->fields);
    delivery_send(t->out, &billing->line);
    fields_borrow(t->fields, "previous", "");
}

/* ---- references ---- */

static bool by_chance(struct telling *t) {
    return draw_chance(&t->billing->look, mess_rate(MESS_EXPANDED));
}

void telling_refer(struct telling *t, const char *name, const char *id_name) {
    fields_set(t->fields, name, "\"%s\"", fields_get(t->fields, id_name));
}

void telling_emit_expanding(struct telling *t, const char *type, const char *object, moment at, const char *name,
                            const char *id_name, const char *referred) {
    struct buffer *expanded = &t->billing->expanded;
    if (by_chance(t)) {
        buffer_clear(expanded);
        template_render(expanded, referred, t->fields);
        fields_borrow(t->fields, name, buffer_text(expanded));
    }
    telling_emit(t, type, object, at);
    telling_refer(t, name, id_name);
}

/* An expanded customer may have been deleted since: then a stub says so. */
static void refer_to_customer(struct telling *t) {
    static const char stub[] = "{'id':'$customer','object':'customer','deleted':true}";
    bool expanded = by_chance(t), deleted = draw_below(&t->billing->look, 2) == 0;
    buffer_clear(&t->billing->object);
    template_render(&t->billing->object, !expanded ? "'$customer'" : deleted ? stub : shapes_customer, t->fields);
    fields_set(t->fields, "customer_ref", "%s", buffer_text(&t->billing->object));
}

void telling_refer_to_price(struct telling *t) {
    bool expanded = by_chance(t);
    buffer_clear(&t->billing->object);
    template_render(&t->billing->object, expanded ? shapes_price : "'$price'", t->fields);
    fields_set(t->fields, "price_ref", "%s", buffer_text(&t->billing->object));
}

/* ---- the facts of a story, a purchase, a payment ---- */

void telling_begin_story(struct telling *t, const struct person *person) {
    billing_customer(t->billing, person, t->story);
    billing_set_id(t->billing, "invoice_prefix", "", 8);
    billing_set_id(t->billing, "payment_method", "pm_1", 23);
    billing_set_id(t->billing, "fingerprint", "", 16);
    fields_set(t->fields, "at", "%" PRId64, t->story->at);
    refer_to_customer(t);
    fields_borrow(t->fields, "api_version", t->shapes->api_version);
    fields_borrow(t->fields, "previous", "");
    fields_borrow(t->fields, "trial_start", "null");
    fields_borrow(t->fields, "trial_end", "null");
    fields_set(t->fields, "fee_amount", "%" PRId64, t->billing->sample->world->config->setup_fee);
}

void telling_begin_purchase(struct telling *t, size_t package, moment at) {
    billing_purchase(t->billing, package);
    telling_refer(t, "subscription_ref", "subscription");
    telling_refer_to_price(t);
    fields_set(t->fields, "started_at", "%" PRId64, at);
    fields_set(t->fields, "expires_at", "%" PRId64, at + TELLING_DAY);
    fields_borrow(t->fields, "subscription_status", "active");
}

void telling_set_outcome(struct telling *t, int64_t amount, bool paid) {
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

void telling_begin_bare_payment(struct telling *t, int64_t amount, moment at, const char *description) {
    struct fields *fields = t->fields;
    billing_payment(t->billing, amount, at);
    billing_set_id(t->billing, "balance", "txn_3", 23);
    telling_refer(t, "charge_ref", "charge");
    telling_refer(t, "intent_ref", "intent");
    fields_borrow(fields, "charge_invoice", "null");
    fields_borrow(fields, "description", description);
    fields_borrow(fields, "discount", "0");
    fields_set(fields, "subtotal", "%" PRId64, amount);
    telling_set_outcome(t, amount, true);
}

void telling_begin_invoice(struct telling *t, int64_t plan, int64_t fee, moment at, const char *reason) {
    struct fields *fields = t->fields;
    int64_t discount = t->story->discount ? plan / 10 : 0, subtotal = plan + fee;
    bool first = strcmp(reason, "subscription_create") == 0;
    telling_begin_bare_payment(t, subtotal - discount, at, first ? "Subscription creation" : "Subscription update");
    billing_set_id(t->billing, "invoice_payment", "inpay_1", 23);
    billing_set_id(t->billing, "fee_entry", "ii_1", 23);
    telling_refer(t, "invoice_ref", "invoice");
    bool charged = subtotal > 0;
    fields_borrow(fields, "charge_invoice", fields_get(fields, "invoice_ref"));
    fields_borrow(fields, "invoice_charge", charged ? fields_get(fields, "charge_ref") : "null");
    fields_borrow(fields, "invoice_intent", charged ? fields_get(fields, "intent_ref") : "null");
    /* Stripe itself leaves it null now and then, while the first invoice is being made. */
    bool known = !by_chance(t);
    fields_borrow(fields, "latest_invoice", known ? fields_get(fields, "invoice_ref") : "null");
    fields_borrow(fields, "reason", reason);
    fields_set(fields, "subtotal", "%" PRId64, subtotal);
    fields_set(fields, "discount", "%" PRId64, discount);
    fields_set(fields, "discount_amounts",
               discount > 0 ? "[{\"amount\":%" PRId64 ",\"discount\":\"di_1Autumn\"}]" : "[]", discount);
    fields_set(fields, "period_end", "%" PRId64, at + TELLING_MONTH);
    buffer_clear(&t->billing->part);
    t->lines = 0;
}

static void add_line(struct telling *t, const char *line) {
    struct buffer *lines = &t->billing->part;
    buffer_put(lines, t->lines++ > 0 ? "," : "");
    billing_set_id(t->billing, "invoice_line", "il_1", 23);
    template_render(lines, line, t->fields);
    fields_borrow(t->fields, "lines", buffer_text(lines));
    fields_set(t->fields, "line_count", "%d", t->lines);
}

void telling_add_plan_line(struct telling *t, int64_t amount, bool proration) {
    fields_set(t->fields, "line_amount", "%" PRId64, amount);
    fields_borrow(t->fields, "proration", proration ? "true" : "false");
    add_line(t, t->shapes->plan_line);
}

void telling_begin_first_invoice(struct telling *t, int64_t plan, moment at) {
    bool fee = billing_has_fee(t->billing);
    telling_begin_invoice(t, plan, fee ? t->billing->sample->world->config->setup_fee : 0, at, "subscription_create");
    telling_add_plan_line(t, plan, false);
    if (fee)
        add_line(t, t->shapes->fee_line);
}

int64_t telling_full_price(const struct telling *t, size_t package) {
    return t->billing->sample->world->config->packages[package].price;
}
