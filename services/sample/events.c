/* events.c - writes a journey as webhook events, in the order in which they happened. */
#include "services/sample/events.h"

#include <inttypes.h>

#include "services/sample/event_writer.h"

enum { TRIAL = 14 * EVENT_WRITER_DAY };

/* ---- events that belong together ---- */

static void emit_charge(struct event_writer *t, unix_time at) {
    const struct stripe_templates *templates = t->templates;
    event_writer_emit_expanding(t, "payment_intent.succeeded", templates->payment_intent, at, "charge_ref", "charge",
                                templates->charge);
    event_writer_emit_expanding(t, "charge.succeeded", templates->charge, at, "intent_ref", "intent",
                                templates->payment_intent);
}

static void emit_paid_invoice(struct event_writer *t, unix_time at, bool charged) {
    if (charged)
        emit_charge(t, at);
    if (charged && t->templates == &stripe_templates_new)
        event_writer_emit(t, "invoice_payment.paid", stripe_templates_invoice_payment, at + 1);
    event_writer_emit_expanding(t, "invoice.paid", t->templates->invoice, at + 1, "subscription_ref", "subscription",
                                t->templates->subscription);
}

static void emit_declined(struct event_writer *t, unix_time at, int64_t amount) {
    event_writer_set_outcome(t, amount, false);
    event_writer_emit(t, "charge.failed", t->templates->charge, at);
    event_writer_emit(t, "payment_intent.payment_failed", t->templates->payment_intent, at);
    event_writer_emit(t, "invoice.payment_failed", t->templates->invoice, at + 1);
}

/* A payer who is known only by the customer id had no checkout: sales wrote the invoice. */
static bool has_session(const struct event_writer *t) {
    return t->journey->join != JOIN_BY_CUSTOMER;
}

static void emit_session(struct event_writer *t, const char *payment_status, unix_time at) {
    fields_borrow(t->fields, "session_mode", "subscription");
    fields_borrow(t->fields, "payment_status", payment_status);
    fields_borrow(t->fields, "session_intent", "null");
    fields_borrow(t->fields, "session_subscription", fields_get(t->fields, "subscription_ref"));
    event_writer_set_reference(t, "session_invoice", "invoice");
    if (has_session(t))
        event_writer_emit_expanding(t, "checkout.session.completed", stripe_templates_session, at + 2,
                                    "session_invoice", "invoice", t->templates->invoice);
}

/* The checkout of something paid once. */
static void emit_single_session(struct event_writer *t, unix_time at) {
    fields_borrow(t->fields, "session_mode", "payment");
    fields_borrow(t->fields, "payment_status", "paid");
    fields_borrow(t->fields, "session_intent", fields_get(t->fields, "intent_ref"));
    fields_borrow(t->fields, "session_subscription", "null");
    fields_borrow(t->fields, "session_invoice", "null");
    if (has_session(t))
        event_writer_emit(t, "checkout.session.completed", stripe_templates_session, at + 2);
}

/* A complete first purchase: subscription, invoice, payment, checkout. */
static void write_purchase(struct event_writer *t, size_t package, unix_time at) {
    event_writer_begin_purchase(t, package, at);
    event_writer_begin_first_invoice(t, event_writer_full_price(t, package), at);
    if (t->journey->retried) {
        emit_declined(t, at, stripe_ids_first_amount(t->ids, package));
        /* The same intent and invoice, another attempt. */
        stripe_ids_set_id(t->ids, "charge", "ch_3", 23);
        event_writer_set_reference(t, "charge_ref", "charge");
        fields_borrow(t->fields, "invoice_charge", fields_get(t->fields, "charge_ref"));
        event_writer_set_outcome(t, stripe_ids_first_amount(t->ids, package), true);
    }
    event_writer_emit(t, "customer.subscription.created", t->templates->subscription, at);
    emit_paid_invoice(t, at, true);
    event_writer_emit(t, "invoice.payment_succeeded", t->templates->invoice, at + 1);
    emit_session(t, "paid", at);
}

static void write_trial(struct event_writer *t) {
    unix_time at = t->journey->at;
    event_writer_begin_purchase(t, t->journey->package, at);
    event_writer_begin_first_invoice(t, 0, at);
    fields_set(t->fields, "trial_start", "%" PRId64, at);
    fields_set(t->fields, "trial_end", "%" PRId64, at + TRIAL);
    fields_borrow(t->fields, "subscription_status", "trialing");
    event_writer_emit(t, "customer.subscription.created", t->templates->subscription, at);
    emit_paid_invoice(t, at, false);
    event_writer_emit(t, "invoice.payment_succeeded", t->templates->invoice, at + 1);
    emit_session(t, "no_payment_required", at);
}

/* One more month of the current subscription. */
static void write_month(struct event_writer *t, size_t package, unix_time at) {
    event_writer_begin_invoice(t, event_writer_full_price(t, package), 0, at, "subscription_cycle");
    event_writer_add_plan_line(t, event_writer_full_price(t, package), false);
    emit_paid_invoice(t, at, true);
}

static void write_trial_end(struct event_writer *t) {
    unix_time at = t->journey->later;
    if (t->journey->kind == JOURNEY_TRIAL_PAID) {
        write_month(t, t->journey->package, at);
        fields_borrow(t->fields, "subscription_status", "active");
        fields_borrow(t->fields, "previous", ",\"previous_attributes\":{\"status\":\"trialing\"}");
        event_writer_emit(t, "customer.subscription.updated", t->templates->subscription, at);
    } else {
        fields_borrow(t->fields, "subscription_status", "canceled");
        event_writer_emit(t, "customer.subscription.deleted", t->templates->subscription, at);
    }
}

static void write_refund(struct event_writer *t, int64_t paid, int64_t refunded) {
    unix_time at = t->journey->later;
    stripe_ids_set_id(t->ids, "refund", "re_3", 23);
    fields_set(t->fields, "refunded_amount", "%" PRId64, refunded);
    fields_borrow(t->fields, "refunded", refunded == paid ? "true" : "false");
    event_writer_emit_expanding(t, "refund.created", stripe_templates_refund, at, "charge_ref", "charge",
                                t->templates->charge);
    fields_borrow(t->fields, "previous", ",\"previous_attributes\":{\"amount_refunded\":0,\"refunded\":false}");
    event_writer_emit(t, "charge.refunded", t->templates->charge, at);
}

static void write_dispute(struct event_writer *t, bool lost) {
    unix_time at = t->journey->at + 1, closed = t->journey->later;
    stripe_ids_set_id(t->ids, "dispute", "dp_1", 23);
    fields_set(t->fields, "disputed_at", "%" PRId64, at);
    fields_set(t->fields, "due_by", "%" PRId64, at + 9 * EVENT_WRITER_DAY);
    fields_borrow(t->fields, "dispute_status", "needs_response");
    event_writer_emit_expanding(t, "charge.dispute.created", stripe_templates_dispute, at, "charge_ref", "charge",
                                t->templates->charge);
    fields_borrow(t->fields, "dispute_status", lost ? "lost" : "won");
    event_writer_emit(t, "charge.dispute.closed", stripe_templates_dispute, closed);
}

/* The same subscription moves to another price: part of the old one is refunded, the new one is paid. */
static void write_upgrade(struct event_writer *t) {
    unix_time at = t->journey->later;
    int64_t back = event_writer_full_price(t, t->journey->package) / 10,
            pay = event_writer_full_price(t, t->journey->other);
    back = back < pay / 2 ? back : pay / 2;
    event_writer_begin_invoice(t, pay - back, 0, at, "subscription_update");
    event_writer_add_plan_line(t, -back, true);
    stripe_ids_name_price(t->ids, t->journey->other);
    event_writer_set_price_reference(t);
    event_writer_add_plan_line(t, pay, true);
    emit_paid_invoice(t, at, true);
    fields_borrow(t->fields, "previous", ",\"previous_attributes\":{\"latest_invoice\":null}");
    event_writer_emit(t, "customer.subscription.updated", t->templates->subscription, at);
}

static void write_declined_for_good(struct event_writer *t) {
    size_t package = t->journey->package;
    unix_time at = t->journey->at;
    event_writer_begin_purchase(t, package, at);
    event_writer_begin_first_invoice(t, event_writer_full_price(t, package), at);
    fields_borrow(t->fields, "subscription_status", "incomplete");
    event_writer_emit(t, "customer.subscription.created", t->templates->subscription, at);
    emit_declined(t, at, stripe_ids_first_amount(t->ids, package));
}

static void write_fee_alone(struct event_writer *t) {
    unix_time at = t->journey->at;
    event_writer_begin_purchase(t, t->journey->package, at);
    event_writer_begin_bare_payment(t, t->ids->sample->population->config->setup_fee, at, "Set-up");
    emit_charge(t, at);
    emit_single_session(t, at);
}

/* What follows a first purchase. */
static void write_rest(struct event_writer *t) {
    const struct journey *journey = t->journey;
    int64_t amount = stripe_ids_first_amount(t->ids, journey->package);
    switch (journey->kind) {
    case JOURNEY_FULL_REFUND:
        write_refund(t, amount, amount);
        break;
    case JOURNEY_PART_REFUND:
        write_refund(t, amount, amount / 3);
        break;
    case JOURNEY_DISPUTE_LOST:
    case JOURNEY_DISPUTE_WON:
        write_dispute(t, journey->kind == JOURNEY_DISPUTE_LOST);
        break;
    case JOURNEY_SECOND_PURCHASE:
        write_purchase(t, journey->other, journey->later);
        break;
    case JOURNEY_UPGRADE_IN_PLACE:
        write_upgrade(t);
        break;
    default:
        for (unsigned month = 1; month <= journey->renewals; month++)
            write_month(t, journey->package, journey->at + month * EVENT_WRITER_MONTH);
        if (journey->bare_charge) {
            event_writer_begin_bare_payment(t, event_writer_full_price(t, 0), journey->later, "Consulting");
            emit_charge(t, journey->later);
        }
    }
}

void events_write(struct shuffle_buffer *out, struct stripe_ids *ids, const struct person *person,
                  const struct journey *journey) {
    struct event_writer t = {
        out, ids, &ids->fields, journey, journey->new_api ? &stripe_templates_new : &stripe_templates_old, 0};
    event_writer_begin_journey(&t, person);
    if (journey->join == JOIN_BY_CUSTOMER) {
        event_writer_emit(&t, "customer.created", stripe_templates_customer, journey->at - 1);
    }
    switch (journey->kind) {
    case JOURNEY_NOTHING:
        break;
    case JOURNEY_FAILED:
        write_declined_for_good(&t);
        break;
    case JOURNEY_SETUP_ALONE:
        write_fee_alone(&t);
        break;
    case JOURNEY_TRIAL_PAID:
    case JOURNEY_TRIAL_LAPSED:
        write_trial(&t);
        write_trial_end(&t);
        break;
    case JOURNEY_REFUND_THEN_BUY:
        write_purchase(&t, journey->other, journey->at);
        write_refund(&t, stripe_ids_first_amount(ids, journey->other), stripe_ids_first_amount(ids, journey->other));
        write_purchase(&t, journey->package, journey->later);
        break;
    default:
        write_purchase(&t, journey->package, journey->at);
        write_rest(&t);
    }
}
