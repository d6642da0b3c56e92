/* events.c - writes a story as webhook events: which ones, and in which order they happened. */
#include "services/sample/events.h"

#include <inttypes.h>

#include "services/sample/telling.h"

enum { TRIAL = 14 * TELLING_DAY };

/* ---- events that belong together ---- */

static void emit_charge(struct telling *t, moment at) {
    const struct shapes *shapes = t->shapes;
    telling_emit_expanding(t, "payment_intent.succeeded", shapes->payment_intent, at, "charge_ref", "charge",
                           shapes->charge);
    telling_emit_expanding(t, "charge.succeeded", shapes->charge, at, "intent_ref", "intent", shapes->payment_intent);
}

static void emit_paid_invoice(struct telling *t, moment at, bool charged) {
    if (charged)
        emit_charge(t, at);
    if (charged && t->shapes == &shapes_new)
        telling_emit(t, "invoice_payment.paid", shapes_invoice_payment, at + 1);
    telling_emit_expanding(t, "invoice.paid", t->shapes->invoice, at + 1, "subscription_ref", "subscription",
                           t->shapes->subscription);
}

static void emit_declined(struct telling *t, moment at, int64_t amount) {
    telling_set_outcome(t, amount, false);
    telling_emit(t, "charge.failed", t->shapes->charge, at);
    telling_emit(t, "payment_intent.payment_failed", t->shapes->payment_intent, at);
    telling_emit(t, "invoice.payment_failed", t->shapes->invoice, at + 1);
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
    telling_refer(t, "session_invoice", "invoice");
    if (has_session(t))
        telling_emit_expanding(t, "checkout.session.completed", shapes_session, at + 2, "session_invoice", "invoice",
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
        telling_emit(t, "checkout.session.completed", shapes_session, at + 2);
}

/* A whole first purchase: subscription, invoice, payment, checkout. */
static void tell_purchase(struct telling *t, size_t package, moment at) {
    telling_begin_purchase(t, package, at);
    telling_begin_first_invoice(t, telling_full_price(t, package), at);
    if (t->story->retried) {
        emit_declined(t, at, billing_first_amount(t->billing, package));
        /* The same intent and invoice, another attempt. */
        billing_set_id(t->billing, "charge", "ch_3", 23);
        telling_refer(t, "charge_ref", "charge");
        fields_borrow(t->fields, "invoice_charge", fields_get(t->fields, "charge_ref"));
        telling_set_outcome(t, billing_first_amount(t->billing, package), true);
    }
    telling_emit(t, "customer.subscription.created", t->shapes->subscription, at);
    emit_paid_invoice(t, at, true);
    telling_emit(t, "invoice.payment_succeeded", t->shapes->invoice, at + 1);
    emit_session(t, "paid", at);
}

static void tell_trial(struct telling *t) {
    moment at = t->story->at;
    telling_begin_purchase(t, t->story->package, at);
    telling_begin_first_invoice(t, 0, at);
    fields_set(t->fields, "trial_start", "%" PRId64, at);
    fields_set(t->fields, "trial_end", "%" PRId64, at + TRIAL);
    fields_borrow(t->fields, "subscription_status", "trialing");
    telling_emit(t, "customer.subscription.created", t->shapes->subscription, at);
    emit_paid_invoice(t, at, false);
    telling_emit(t, "invoice.payment_succeeded", t->shapes->invoice, at + 1);
    emit_session(t, "no_payment_required", at);
}

/* A further month of the subscription now in the fields. */
static void tell_month(struct telling *t, size_t package, moment at) {
    telling_begin_invoice(t, telling_full_price(t, package), 0, at, "subscription_cycle");
    telling_add_plan_line(t, telling_full_price(t, package), false);
    emit_paid_invoice(t, at, true);
}

static void tell_trial_end(struct telling *t) {
    moment at = t->story->later;
    if (t->story->kind == STORY_TRIAL_PAID) {
        tell_month(t, t->story->package, at);
        fields_borrow(t->fields, "subscription_status", "active");
        fields_borrow(t->fields, "previous", ",\"previous_attributes\":{\"status\":\"trialing\"}");
        telling_emit(t, "customer.subscription.updated", t->shapes->subscription, at);
    } else {
        fields_borrow(t->fields, "subscription_status", "canceled");
        telling_emit(t, "customer.subscription.deleted", t->shapes->subscription, at);
    }
}

static void tell_refund(struct telling *t, int64_t paid, int64_t refunded) {
    moment at = t->story->later;
    billing_set_id(t->billing, "refund", "re_3", 23);
    fields_set(t->fields, "refunded_amount", "%" PRId64, refunded);
    fields_borrow(t->fields, "refunded", refunded == paid ? "true" : "false");
    telling_emit_expanding(t, "refund.created", shapes_refund, at, "charge_ref", "charge", t->shapes->charge);
    fields_borrow(t->fields, "previous", ",\"previous_attributes\":{\"amount_refunded\":0,\"refunded\":false}");
    telling_emit(t, "charge.refunded", t->shapes->charge, at);
}

static void tell_dispute(struct telling *t, bool lost) {
    moment at = t->story->at + 1, closed = t->story->later;
    billing_set_id(t->billing, "dispute", "dp_1", 23);
    fields_set(t->fields, "disputed_at", "%" PRId64, at);
    fields_set(t->fields, "due_by", "%" PRId64, at + 9 * TELLING_DAY);
    fields_borrow(t->fields, "dispute_status", "needs_response");
    telling_emit_expanding(t, "charge.dispute.created", shapes_dispute, at, "charge_ref", "charge", t->shapes->charge);
    fields_borrow(t->fields, "dispute_status", lost ? "lost" : "won");
    telling_emit(t, "charge.dispute.closed", shapes_dispute, closed);
}

/* The same subscription moves to another price: some of the old one is given back, the new one is paid. */
static void tell_upgrade(struct telling *t) {
    moment at = t->story->later;
    int64_t back = telling_full_price(t, t->story->package) / 10, pay = telling_full_price(t, t->story->other);
    back = back < pay / 2 ? back : pay / 2;
    telling_begin_invoice(t, pay - back, 0, at, "subscription_update");
    telling_add_plan_line(t, -back, true);
    billing_name_price(t->billing, t->story->other);
    telling_refer_to_price(t);
    telling_add_plan_line(t, pay, true);
    emit_paid_invoice(t, at, true);
    fields_borrow(t->fields, "previous", ",\"previous_attributes\":{\"latest_invoice\":null}");
    telling_emit(t, "customer.subscription.updated", t->shapes->subscription, at);
}

static void tell_declined_for_good(struct telling *t) {
    size_t package = t->story->package;
    moment at = t->story->at;
    telling_begin_purchase(t, package, at);
    telling_begin_first_invoice(t, telling_full_price(t, package), at);
    fields_borrow(t->fields, "subscription_status", "incomplete");
    telling_emit(t, "customer.subscription.created", t->shapes->subscription, at);
    emit_declined(t, at, billing_first_amount(t->billing, package));
}

static void tell_fee_alone(struct telling *t) {
    moment at = t->story->at;
    telling_begin_purchase(t, t->story->package, at);
    telling_begin_bare_payment(t, t->billing->sample->world->config->setup_fee, at, "Set-up");
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
            tell_month(t, story->package, story->at + month * TELLING_MONTH);
        if (story->bare_charge) {
            telling_begin_bare_payment(t, telling_full_price(t, 0), story->later, "Consulting");
            emit_charge(t, story->later);
        }
    }
}

void events_write(struct delivery *out, struct billing *billing, const struct person *person,
                  const struct story *story) {
    struct telling t = {out, billing, &billing->fields, story, story->new_api ? &shapes_new : &shapes_old, 0};
    telling_begin_story(&t, person);
    if (story->join == JOIN_BY_CUSTOMER) {
        telling_emit(&t, "customer.created", shapes_customer, story->at - 1);
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
