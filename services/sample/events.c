/* events.c - writes a story as webhook events. */
#include "services/sample/events.h"

#include <inttypes.h>
#include <string.h>

#include "services/sample/mess.h"
#include "services/sample/shapes.h"

enum { DAY = 24 * 3600, MONTH = 30 * DAY, TRIAL = 14 * DAY };

/* What the writing of one story needs. */
struct telling {
    struct delivery *out;
    struct billing *billing;
    struct fields *fields; /* the billing's */
    const struct story *story;
    const struct shapes *shapes;
    int lines; /* of the invoice now in the fields */
};

/* ---- one event ---- */

static void emit(struct telling *t, const char *type, const char *object, moment at) {
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

static void refer(struct telling *t, const char *name, const char *id_name) {
    fields_set(t->fields, name, "\"%s\"", fields_get(t->fields, id_name));
}

/* The same as emit, but the reference `name` may stand there as the whole object. */
static void emit_expanding(struct telling *t, const char *type, const char *object, moment at, const char *name,
                           const char *id_name, const char *referred) {
    struct buffer *expanded = &t->billing->expanded;
    if (by_chance(t)) {
        buffer_clear(expanded);
        template_render(expanded, referred, t->fields);
        fields_borrow(t->fields, name, buffer_text(expanded));
    }
    emit(t, type, object, at);
    refer(t, name, id_name);
}

/* An expanded customer may have been deleted since: then a stub says so. */
static void refer_to_customer(struct telling *t) {
    static const char stub[] = "{'id':'$customer','object':'customer','deleted':true}";
    bool expanded = by_chance(t), deleted = draw_below(&t->billing->look, 2) == 0;
    buffer_clear(&t->billing->object);
    template_render(&t->billing->object, !expanded ? "'$customer'" : deleted ? stub : shapes_customer, t->fields);
    fields_set(t->fields, "customer_ref", "%s", buffer_text(&t->billing->object));
}

static void refer_to_price(struct telling *t) {
    bool expanded = by_chance(t);
    buffer_clear(&t->billing->object);
    template_render(&t->billing->object, expanded ? shapes_price : "'$price'", t->fields);
    fields_set(t->fields, "price_ref", "%s", buffer_text(&t->billing->object));
}

/* ---- the facts of a story, a purchase, a payment ---- */

static void begin_story(struct telling *t, const struct person *person) {
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

static void begin_purchase(struct telling *t, size_t package, moment at) {
    billing_purchase(t->billing, package);
    refer(t, "subscription_ref", "subscription");
    refer_to_price(t);
    fields_set(t->fields, "started_at", "%" PRId64, at);
    fields_set(t->fields, "expires_at", "%" PRId64, at + DAY);
    fields_borrow(t->fields, "subscription_status", "active");
}

/* The outcome of the payment now in the fields. */
static void set_outcome(struct telling *t, int64_t amount, bool paid) {
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

/* A payment without an invoice: what a bare charge needs. */
static void begin_bare_payment(struct telling *t, int64_t amount, moment at, const char *description) {
    struct fields *fields = t->fields;
    billing_payment(t->billing, amount, at);
    billing_set_id(t->billing, "balance", "txn_3", 23);
    refer(t, "charge_ref", "charge");
    refer(t, "intent_ref", "intent");
    fields_borrow(fields, "charge_invoice", "null");
    fields_borrow(fields, "description", description);
    fields_borrow(fields, "discount", "0");
    fields_set(fields, "subtotal", "%" PRId64, amount);
    set_outcome(t, amount, true);
}

/* An invoice, still without lines, over what is left of its plan and fee after the discount; its intent and charge. */
static void begin_invoice(struct telling *t, int64_t plan, int64_t fee, moment at, const char *reason) {
    struct fields *fields = t->fields;
    int64_t discount = t->story->discount ? plan / 10 : 0, subtotal = plan + fee;
    bool first = strcmp(reason, "subscription_create") == 0;
    begin_bare_payment(t, subtotal - discount, at, first ? "Subscription creation" : "Subscription update");
    billing_set_id(t->billing, "invoice_payment", "inpay_1", 23);
    billing_set_id(t->billing, "fee_entry", "ii_1", 23);
    refer(t, "invoice_ref", "invoice");
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
    fields_set(fields, "period_end", "%" PRId64, at + MONTH);
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

/* A line of the price now in the fields. */
static void add_plan_line(struct telling *t, int64_t amount, bool proration) {
    fields_set(t->fields, "line_amount", "%" PRId64, amount);
    fields_borrow(t->fields, "proration", proration ? "true" : "false");
    add_line(t, t->shapes->plan_line);
}

/* The first invoice of a subscription. */
static void begin_first_invoice(struct telling *t, int64_t plan, moment at) {
    bool fee = billing_has_fee(t->billing);
    begin_invoice(t, plan, fee ? t->billing->sample->world->config->setup_fee : 0, at, "subscription_create");
    add_plan_line(t, plan, false);
    if (fee)
        add_line(t, t->shapes->fee_line);
}

static int64_t full_price(const struct telling *t, size_t package) {
    return t->billing->sample->world->config->packages[package].price;
}

/* ---- events that belong together ---- */

static void emit_charge(struct telling *t, moment at) {
    const struct shapes *shapes = t->shapes;
    emit_expanding(t, "payment_intent.succeeded", shapes->payment_intent, at, "charge_ref", "charge", shapes->charge);
    emit_expanding(t, "charge.succeeded", shapes->charge, at, "intent_ref", "intent", shapes->payment_intent);
}

static void emit_paid_invoice(struct telling *t, moment at, bool charged) {
    if (charged)
        emit_charge(t, at);
    if (charged && t->shapes == &shapes_new)
        emit(t, "invoice_payment.paid", shapes_invoice_payment, at + 1);
    emit_expanding(t, "invoice.paid", t->shapes->invoice, at + 1, "subscription_ref", "subscription",
                   t->shapes->subscription);
}

static void emit_declined(struct telling *t, moment at, int64_t amount) {
    set_outcome(t, amount, false);
    emit(t, "charge.failed", t->shapes->charge, at);
    emit(t, "payment_intent.payment_failed", t->shapes->payment_intent, at);
    emit(t, "invoice.payment_failed", t->shapes->invoice, at + 1);
}

/* Who is known by the customer id alone came without a checkout: sales wrote the invoice. */
static bool has_session(const struct telling *t) {
    return t->story->join != JOIN_BY_CUSTOMER;
}

static void emit_session(struct telling *t, const char *payment_status, moment at) {
    fields_borrow(t->fields, "session_mode", "subscription");
    fields_borrow(t->fields, "payment_status", payment_status);
    fields_borrow(t->fields, "session_intent", "null");
    fields_borrow(t->fields, "session_subscription", fields_get(t->fields, "subscription_ref"));
    refer(t, "session_invoice", "invoice");
    if (has_session(t))
        emit_expanding(t, "checkout.session.completed", shapes_session, at + 2, "session_invoice", "invoice",
                       t->shapes->invoice);
}

/* The checkout of something paid once. */
static void emit_single_session(struct telling *t, moment at) {
    fields_borrow(t->fields, "session_mode", "payment");
    fields_borrow(t->fields, "payment_status", "paid");
    fields_borrow(t->fields, "session_intent", fields_get(t->fields, "intent_ref"));
    fields_borrow(t->fields, "session_subscription", "null");
    fields_borrow(t->fields, "session_invoice", "null");
    if (has_session(t))
        emit(t, "checkout.session.completed", shapes_session, at + 2);
}

/* A whole first purchase: subscription, invoice, payment, checkout. */
static void tell_purchase(struct telling *t, size_t package, moment at) {
    begin_purchase(t, package, at);
    begin_first_invoice(t, full_price(t, package), at);
    if (t->story->retried) {
        emit_declined(t, at, billing_first_amount(t->billing, package));
        /* The same intent and invoice, another attempt. */
        billing_set_id(t->billing, "charge", "ch_3", 23);
        refer(t, "charge_ref", "charge");
        fields_borrow(t->fields, "invoice_charge", fields_get(t->fields, "charge_ref"));
        set_outcome(t, billing_first_amount(t->billing, package), true);
    }
    emit(t, "customer.subscription.created", t->shapes->subscription, at);
    emit_paid_invoice(t, at, true);
    emit(t, "invoice.payment_succeeded", t->shapes->invoice, at + 1);
    emit_session(t, "paid", at);
}

static void tell_trial(struct telling *t) {
    moment at = t->story->at;
    begin_purchase(t, t->story->package, at);
    begin_first_invoice(t, 0, at);
    fields_set(t->fields, "trial_start", "%" PRId64, at);
    fields_set(t->fields, "trial_end", "%" PRId64, at + TRIAL);
    fields_borrow(t->fields, "subscription_status", "trialing");
    emit(t, "customer.subscription.created", t->shapes->subscription, at);
    emit_paid_invoice(t, at, false);
    emit(t, "invoice.payment_succeeded", t->shapes->invoice, at + 1);
    emit_session(t, "no_payment_required", at);
}

/* A further month of the subscription now in the fields. */
static void tell_month(struct telling *t, size_t package, moment at) {
    begin_invoice(t, full_price(t, package), 0, at, "subscription_cycle");
    add_plan_line(t, full_price(t, package), false);
    emit_paid_invoice(t, at, true);
}

static void tell_trial_end(struct telling *t) {
    moment at = t->story->later;
    if (t->story->kind == STORY_TRIAL_PAID) {
        tell_month(t, t->story->package, at);
        fields_borrow(t->fields, "subscription_status", "active");
        fields_borrow(t->fields, "previous", ",\"previous_attributes\":{\"status\":\"trialing\"}");
        emit(t, "customer.subscription.updated", t->shapes->subscription, at);
    } else {
        fields_borrow(t->fields, "subscription_status", "canceled");
        emit(t, "customer.subscription.deleted", t->shapes->subscription, at);
    }
}

static void tell_refund(struct telling *t, int64_t paid, int64_t refunded) {
    moment at = t->story->later;
    billing_set_id(t->billing, "refund", "re_3", 23);
    fields_set(t->fields, "refunded_amount", "%" PRId64, refunded);
    fields_borrow(t->fields, "refunded", refunded == paid ? "true" : "false");
    emit_expanding(t, "refund.created", shapes_refund, at, "charge_ref", "charge", t->shapes->charge);
    fields_borrow(t->fields, "previous", ",\"previous_attributes\":{\"amount_refunded\":0,\"refunded\":false}");
    emit(t, "charge.refunded", t->shapes->charge, at);
}

static void tell_dispute(struct telling *t, bool lost) {
    moment at = t->story->at + 1, closed = t->story->later;
    billing_set_id(t->billing, "dispute", "dp_1", 23);
    fields_set(t->fields, "disputed_at", "%" PRId64, at);
    fields_set(t->fields, "due_by", "%" PRId64, at + 9 * DAY);
    fields_borrow(t->fields, "dispute_status", "needs_response");
    emit_expanding(t, "charge.dispute.created", shapes_dispute, at, "charge_ref", "charge", t->shapes->charge);
    fields_borrow(t->fields, "dispute_status", lost ? "lost" : "won");
    emit(t, "charge.dispute.closed", shapes_dispute, closed);
}

/* The same subscription moves to another price: some of the old one is given back, the new one is paid. */
static void tell_upgrade(struct telling *t) {
    moment at = t->story->later;
    int64_t back = full_price(t, t->story->package) / 10, pay = full_price(t, t->story->other);
    back = back < pay / 2 ? back : pay / 2;
    begin_invoice(t, pay - back, 0, at, "subscription_update");
    add_plan_line(t, -back, true);
    billing_name_price(t->billing, t->story->other);
    refer_to_price(t);
    add_plan_line(t, pay, true);
    emit_paid_invoice(t, at, true);
    fields_borrow(t->fields, "previous", ",\"previous_attributes\":{\"latest_invoice\":null}");
    emit(t, "customer.subscription.updated", t->shapes->subscription, at);
}

static void tell_declined_for_good(struct telling *t) {
    size_t package = t->story->package;
    moment at = t->story->at;
    begin_purchase(t, package, at);
    begin_first_invoice(t, full_price(t, package), at);
    fields_borrow(t->fields, "subscription_status", "incomplete");
    emit(t, "customer.subscription.created", t->shapes->subscription, at);
    emit_declined(t, at, billing_first_amount(t->billing, package));
}

static void tell_fee_alone(struct telling *t) {
    moment at = t->story->at;
    begin_purchase(t, t->story->package, at);
    begin_bare_payment(t, t->billing->sample->world->config->setup_fee, at, "Set-up");
    emit_charge(t, at);
    emit_single_session(t, at);
}

/* What follows a first purchase. */
static void tell_rest(struct telling *t) {
    const struct story *story = t->story;
    int64_t amount = billing_first_amount(t->billing, story->package);
    switch (story->kind) {
    case STORY_FULL_REFUND:
        tell_refund(t, amount, amount);
        break;
    case STORY_PART_REFUND:
        tell_refund(t, amount, amount / 3);
        break;
    case STORY_DISPUTE_LOST:
    case STORY_DISPUTE_WON:
        tell_dispute(t, story->kind == STORY_DISPUTE_LOST);
        break;
    case STORY_SECOND_PURCHASE:
        tell_purchase(t, story->other, story->later);
        break;
    case STORY_UPGRADE_IN_PLACE:
        tell_upgrade(t);
        break;
    default:
        for (unsigned month = 1; month <= story->renewals; month++)
            tell_month(t, story->package, story->at + month * MONTH);
        if (story->bare_charge) {
            begin_bare_payment(t, full_price(t, 0), story->later, "Consulting");
            emit_charge(t, story->later);
        }
    }
}

void events_write(struct delivery *out, struct billing *billing, const struct person *person,
                  const struct story *story) {
    struct telling t = {out, billing, &billing->fields, story, story->new_api ? &shapes_new : &shapes_old, 0};
    begin_story(&t, person);
    if (story->join == JOIN_BY_CUSTOMER) {
        emit(&t, "customer.created", shapes_customer, story->at - 1);
    }
    switch (story->kind) {
    case STORY_NOTHING:
        break;
    case STORY_FAILED:
        tell_declined_for_good(&t);
        break;
    case STORY_SETUP_ALONE:
        tell_fee_alone(&t);
        break;
    case STORY_TRIAL_PAID:
    case STORY_TRIAL_LAPSED:
        tell_trial(&t);
        tell_trial_end(&t);
        break;
    case STORY_REFUND_THEN_BUY:
        tell_purchase(&t, story->other, story->at);
        tell_refund(&t, billing_first_amount(billing, story->other), billing_first_amount(billing, story->other));
        tell_purchase(&t, story->package, story->later);
        break;
    default:
        tell_purchase(&t, story->package, story->at);
        tell_rest(&t);
    }
}
