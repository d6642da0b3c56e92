/* stripe_object.c - one small reader for each kind of Stripe object. */
#include "libetl/stripe/stripe_object.h"

#include <string.h>

#include "libetl/base/timestamp.h"
#include "libetl/stripe/payment_method.h"
#include "libetl/stripe/stripe_lines.h"

void etl_stripe_object_begin(struct etl_stripe_record *r, const struct etl_stripe_reader *reader,
                             const struct etl_tape *tape, int64_t received) {
    r->reader = reader;
    r->tape = tape;
    r->event_type = (struct etl_text){"", 0};
    r->event_at = ETL_FACT_NO_TIME;
    r->received = received;
    r->other_mode = false;
}

/* ---- members ---- */

/* A reference: an id, or an object with an id. */
static uint64_t reference(const struct etl_stripe_record *r, uint32_t node) {
    if (etl_tape_is(r->tape, node, ETL_TAPE_OBJECT))
        node = etl_tape_member(r->tape, node, ETL_TAPE_id);
    return etl_hash_id(r->reader->key, etl_tape_text(r->tape, node));
}

/* Many members of the object itself are needed, so they are listed once. */
void etl_stripe_object_list(struct etl_stripe_record *r, uint32_t object) {
    const struct etl_tape_node *nodes = r->tape->nodes;
    memset(r->places, 0, sizeof r->places);
    r->object = object;
    for (uint32_t at = object + 1; at < nodes[object].after; at = nodes[at].after)
        r->places[nodes[at].name] = at;
}

uint32_t etl_stripe_object_member(const struct etl_stripe_record *r, uint32_t object, enum etl_tape_name name) {
    return object == r->object ? r->places[name] : etl_tape_member(r->tape, object, name);
}

uint64_t etl_stripe_object_reference(const struct etl_stripe_record *r, uint32_t object, enum etl_tape_name name) {
    return reference(r, etl_stripe_object_member(r, object, name));
}

struct etl_text etl_stripe_object_text(const struct etl_stripe_record *r, uint32_t object, enum etl_tape_name name) {
    return etl_tape_text(r->tape, etl_stripe_object_member(r, object, name));
}

static bool member_is(const struct etl_stripe_record *r, uint32_t object, enum etl_tape_name name, const char *word) {
    return etl_text_is(etl_stripe_object_text(r, object, name), word);
}

static bool member_true(const struct etl_stripe_record *r, uint32_t object, enum etl_tape_name name) {
    return etl_tape_is(r->tape, etl_stripe_object_member(r, object, name), ETL_TAPE_TRUE);
}

static int64_t member_amount(const struct etl_stripe_record *r, uint32_t object, enum etl_tape_name name) {
    return etl_tape_integer(r->tape, etl_stripe_object_member(r, object, name), -1);
}

int64_t etl_stripe_object_time(const struct etl_stripe_record *r, uint32_t object, enum etl_tape_name name) {
    int64_t at = etl_tape_integer(r->tape, etl_stripe_object_member(r, object, name), ETL_FACT_NO_TIME);
    return at >= 0 && at < ETL_TIMESTAMP_LAST ? at : ETL_FACT_NO_TIME;
}

/* The first known time of two. */
static int64_t either_time(int64_t a, int64_t b) {
    return a != ETL_FACT_NO_TIME ? a : b;
}

static uint64_t member_email(const struct etl_stripe_record *r, uint32_t object, enum etl_tape_name name) {
    return etl_hash_email(r->reader->key, etl_stripe_object_text(r, object, name));
}

/* ---- shared by all kinds ---- */

/* The time of an object's change: the time of its event if the event has this type, otherwise its own. */
static int64_t change_time(const struct etl_stripe_record *r, uint32_t object, const char *type) {
    bool told = etl_text_is(r->event_type, type) && r->event_at != ETL_FACT_NO_TIME;
    return told ? r->event_at
                : either_time(etl_stripe_object_time(r, object, ETL_TAPE_created),
                              either_time(r->event_at, r->received));
}

static void read_common(const struct etl_stripe_record *r, uint32_t object, struct etl_payment_fact *e) {
    struct etl_text currency = etl_stripe_object_text(r, object, ETL_TAPE_currency);
    uint32_t live = etl_stripe_object_member(r, object, ETL_TAPE_livemode);
    bool wrong = etl_tape_is(r->tape, live, r->reader->test_mode ? ETL_TAPE_TRUE : ETL_TAPE_FALSE);
    e->customer = etl_stripe_object_reference(r, object, ETL_TAPE_customer);
    e->currency = etl_money_currency_of(currency.at, currency.size);
    e->plan.rank = ETL_PLAN_UNKNOWN;
    e->at = ETL_FACT_NO_TIME;
    e->flags = r->other_mode || wrong ? ETL_FACT_OTHER_MODE : 0;
}

/* A paid amount is a payment or, if it is zero, "nothing to pay". */
static void set_paid(struct etl_payment_fact *e, int64_t amount) {
    e->amount = amount > 0 ? amount : 0;
    e->flags |= amount > 0 ? ETL_FACT_PAID : ETL_FACT_ZERO;
}

static void set_due(struct etl_payment_fact *e, int64_t amount, uint32_t flag) {
    e->amount = amount > 0 ? amount : 0;
    e->flags |= flag;
}

/* Stripe describes what it charges for a subscription as "Subscription creation" or "Subscription update". */
static uint32_t description_flags(const struct etl_stripe_record *r, uint32_t object) {
    struct etl_text description = etl_stripe_object_text(r, object, ETL_TAPE_description);
    return etl_text_is(description, "Subscription creation") || etl_text_is(description, "Subscription update")
               ? ETL_FACT_FOR_SUBSCRIPTION
               : 0;
}

static void take_lines(const struct etl_stripe_record *r, uint32_t list, struct etl_payment_fact *e) {
    struct etl_stripe_lines lines;
    etl_stripe_lines_read(&lines, r->reader->config, r->tape, list, e->currency);
    e->plan = lines.plan;
    e->price = etl_hash_id(r->reader->key, lines.price);
    e->flags |= lines.has_plan ? ETL_FACT_PLAN_LINE : lines.has_one_time ? ETL_FACT_ONE_TIME : 0;
}

/* ---- a reader for each kind ---- */

static enum etl_reject_reason read_session(const struct etl_stripe_record *r, uint32_t o, struct etl_payment_fact *e) {
    e->session = etl_stripe_object_reference(r, o, ETL_TAPE_id);
    e->invoice = etl_stripe_object_reference(r, o, ETL_TAPE_invoice);
    e->intent = etl_stripe_object_reference(r, o, ETL_TAPE_payment_intent);
    e->subscription = etl_stripe_object_reference(r, o, ETL_TAPE_subscription);
    e->email = member_email(r, etl_stripe_object_member(r, o, ETL_TAPE_customer_details), ETL_TAPE_email);
    if (e->email == 0)
        e->email = member_email(r, o, ETL_TAPE_customer_email);
    e->reference = etl_hash_lead_id(r->reader->key, etl_stripe_object_text(r, o, ETL_TAPE_client_reference_id));
    e->flags |= ETL_FACT_BILLED | ETL_FACT_FIRST_CYCLE;
    if (e->invoice != 0 || e->intent != 0)
        e->flags |= ETL_FACT_CONFIRMED;
    else if (e->subscription == 0 && member_is(r, o, ETL_TAPE_mode, "subscription"))
        e->flags |= ETL_FACT_SUBSCRIBED;
    take_lines(r, etl_stripe_object_member(r, o, ETL_TAPE_line_items), e);

    uint32_t methods = etl_stripe_object_member(r, o, ETL_TAPE_payment_method_types),
             only = etl_tape_first(r->tape, methods);
    if (only != ETL_TAPE_NONE && etl_tape_next(r->tape, methods, only) == ETL_TAPE_NONE)
        e->method = etl_payment_method_of(etl_tape_text(r->tape, only));

    bool late = etl_text_is(r->event_type, "checkout.session.async_payment_succeeded");
    e->at = change_time(r, o, late ? "checkout.session.async_payment_succeeded" : "checkout.session.completed");
    struct etl_text status = etl_stripe_object_text(r, o, ETL_TAPE_status);
    bool complete = status.size == 0 || etl_text_is(status, "complete");
    if (member_is(r, o, ETL_TAPE_mode, "setup"))
        e->flags |= ETL_FACT_ZERO;
    else if (complete && member_is(r, o, ETL_TAPE_payment_status, "paid")) {
        if (!etl_tape_is(r->tape, etl_stripe_object_member(r, o, ETL_TAPE_amount_total), ETL_TAPE_INTEGER))
            return ETL_REJECT_NO_AMOUNT;
        set_paid(e, member_amount(r, o, ETL_TAPE_amount_total));
    } else
        e->flags |= complete && member_is(r, o, ETL_TAPE_payment_status, "no_payment_required") ? ETL_FACT_ZERO
                                                                                                : ETL_FACT_UNPAID;
    return ETL_REJECT_NONE;
}

/* Since 2025-03-31 an invoice names its subscription in its parent. */
static uint64_t invoice_subscription(const struct etl_stripe_record *r, uint32_t o) {
    uint64_t id = etl_stripe_object_reference(r, o, ETL_TAPE_subscription);
    uint32_t details =
        etl_stripe_object_member(r, etl_stripe_object_member(r, o, ETL_TAPE_parent), ETL_TAPE_subscription_details);
    return id != 0 ? id : etl_stripe_object_reference(r, details, ETL_TAPE_subscription);
}

static enum etl_reject_reason read_invoice(const struct etl_stripe_record *r, uint32_t o, struct etl_payment_fact *e) {
    struct etl_text reason = etl_stripe_object_text(r, o, ETL_TAPE_billing_reason),
                    status = etl_stripe_object_text(r, o, ETL_TAPE_status);
    e->invoice = etl_stripe_object_reference(r, o, ETL_TAPE_id);
    e->intent = etl_stripe_object_reference(r, o, ETL_TAPE_payment_intent);
    e->charge = etl_stripe_object_reference(r, o, ETL_TAPE_charge);
    e->subscription = invoice_subscription(r, o);
    e->email = member_email(r, o, ETL_TAPE_customer_email);
    e->flags |= ETL_FACT_BILLED | ETL_FACT_CONFIRMED;
    take_lines(r, etl_stripe_object_member(r, o, ETL_TAPE_lines), e);
    if (etl_text_is(reason, "subscription_create"))
        e->flags |= ETL_FACT_FIRST_CYCLE;
    if (etl_text_is(reason, "subscription_cycle") || etl_text_is(reason, "subscription_update") ||
        etl_text_is(reason, "subscription_threshold"))
        e->flags |= ETL_FACT_LATER_CYCLE;

    bool told = etl_text_is(r->event_type, "invoice.paid") || etl_text_is(r->event_type, "invoice.payment_succeeded") ||
                etl_text_is(r->event_type, "invoice.payment_failed");
    int64_t paid_at =
        etl_stripe_object_time(r, etl_stripe_object_member(r, o, ETL_TAPE_status_transitions), ETL_TAPE_paid_at);
    e->at = either_time(paid_at, told ? either_time(r->event_at, change_time(r, o, "")) : change_time(r, o, ""));
    bool paid = etl_text_is(status, "paid") || (status.size == 0 && member_true(r, o, ETL_TAPE_paid));
    if (!paid) {
        set_due(e, member_amount(r, o, ETL_TAPE_amount_due), ETL_FACT_UNPAID);
        return ETL_REJECT_NONE;
    }
    if (!etl_tape_is(r->tape, etl_stripe_object_member(r, o, ETL_TAPE_amount_paid), ETL_TAPE_INTEGER))
        return ETL_REJECT_NO_AMOUNT;
    set_paid(e, member_amount(r, o, ETL_TAPE_amount_paid));
    return ETL_REJECT_NONE;
}

static enum etl_reject_reason read_intent(const struct etl_stripe_record *r, uint32_t o, struct etl_payment_fact *e) {
    struct etl_text status = etl_stripe_object_text(r, o, ETL_TAPE_status);
    e->intent = etl_stripe_object_reference(r, o, ETL_TAPE_id);
    e->invoice = etl_stripe_object_reference(r, o, ETL_TAPE_invoice);
    e->charge = etl_stripe_object_reference(r, o, ETL_TAPE_latest_charge);
    e->email = member_email(r, o, ETL_TAPE_receipt_email);
    e->flags |= ETL_FACT_CONFIRMED | (e->invoice != 0 ? ETL_FACT_BILLED : 0);
    e->flags |= description_flags(r, o);
    e->at = change_time(r, o, "payment_intent.succeeded");
    if (etl_text_is(status, "succeeded")) {
        int64_t received = member_amount(r, o, ETL_TAPE_amount_received);
        set_paid(e, received >= 0 ? received : member_amount(r, o, ETL_TAPE_amount));
        return e->amount > 0 || received == 0 ? ETL_REJECT_NONE : ETL_REJECT_NO_AMOUNT;
    }
    bool failed = etl_text_is(status, "requires_payment_method") || etl_text_is(status, "canceled");
    set_due(e, member_amount(r, o, ETL_TAPE_amount),
            etl_text_is(status, "requires_capture") ? ETL_FACT_UNCAPTURED
            : failed                                ? ETL_FACT_FAILED
                                                    : ETL_FACT_UNPAID);
    return ETL_REJECT_NONE;
}

/* Refunds and lost disputes: they are in the charge as well as in records of their own. */
static void read_charge_losses(const struct etl_stripe_record *r, uint32_t o, struct etl_payment_fact *e) {
    int64_t refunded = member_amount(r, o, ETL_TAPE_amount_refunded);
    e->refunded = refunded > 0 ? refunded : 0;
    if (member_true(r, o, ETL_TAPE_refunded))
        e->flags |= ETL_FACT_REFUNDED;
}

static enum etl_reject_reason read_charge(const struct etl_stripe_record *r, uint32_t o, struct etl_payment_fact *e) {
    struct etl_text status = etl_stripe_object_text(r, o, ETL_TAPE_status);
    e->charge = etl_stripe_object_reference(r, o, ETL_TAPE_id);
    e->intent = etl_stripe_object_reference(r, o, ETL_TAPE_payment_intent);
    e->invoice = etl_stripe_object_reference(r, o, ETL_TAPE_invoice);
    e->email = member_email(r, etl_stripe_object_member(r, o, ETL_TAPE_billing_details), ETL_TAPE_email);
    if (e->email == 0)
        e->email = member_email(r, o, ETL_TAPE_receipt_email);
    e->method = etl_payment_method_of(
        etl_stripe_object_text(r, etl_stripe_object_member(r, o, ETL_TAPE_payment_method_details), ETL_TAPE_type));
    e->flags |= ETL_FACT_CONFIRMED | (e->invoice != 0 ? ETL_FACT_BILLED : 0);
    e->flags |= description_flags(r, o);
    e->at = change_time(r, o, "");
    read_charge_losses(r, o, e);
    int64_t captured = member_amount(r, o, ETL_TAPE_amount_captured), amount = member_amount(r, o, ETL_TAPE_amount);
    bool succeeded = etl_text_is(status, "succeeded") || (status.size == 0 && member_true(r, o, ETL_TAPE_paid));
    if (!succeeded || etl_tape_is(r->tape, etl_stripe_object_member(r, o, ETL_TAPE_captured), ETL_TAPE_FALSE)) {
        set_due(e, amount,
                succeeded                       ? ETL_FACT_UNCAPTURED
                : etl_text_is(status, "failed") ? ETL_FACT_FAILED
                                                : ETL_FACT_UNPAID);
        return ETL_REJECT_NONE;
    }
    if (captured <= 0 && amount < 0)
        return ETL_REJECT_NO_AMOUNT;
    set_paid(e, captured > 0 ? captured : amount);
    return ETL_REJECT_NONE;
}

static enum etl_reject_reason read_subscription(const struct etl_stripe_record *r, uint32_t o,
                                                struct etl_payment_fact *e) {
    bool trialing = member_is(r, o, ETL_TAPE_status, "trialing"),
         trial_end = etl_tape_is(r->tape, etl_stripe_object_member(r, o, ETL_TAPE_trial_end), ETL_TAPE_INTEGER);
    e->kind = ETL_FACT_SUBSCRIPTION;
    e->subscription = etl_stripe_object_reference(r, o, ETL_TAPE_id);
    e->at = either_time(r->event_at, etl_stripe_object_time(r, o, ETL_TAPE_created));
    e->flags |= ETL_FACT_BILLED | (trialing || trial_end ? ETL_FACT_TRIAL | ETL_FACT_FIRST_CYCLE : 0);
    if (etl_text_is(r->event_type, "customer.subscription.created"))
        e->flags |= ETL_FACT_FIRST_CYCLE;
    take_lines(r, etl_stripe_object_member(r, o, ETL_TAPE_items), e);
    if (e->plan.rank == ETL_PLAN_UNKNOWN && e->price == 0)
        take_lines(r, o, e); /* one plan, as in API versions without items */
    return ETL_REJECT_NONE;
}

static enum etl_reject_reason read_refund(const struct etl_stripe_record *r, uint32_t o, struct etl_payment_fact *e) {
    struct etl_text status = etl_stripe_object_text(r, o, ETL_TAPE_status);
    bool failed =
        etl_text_is(status, "failed") || etl_text_is(status, "canceled") || etl_text_is(r->event_type, "refund.failed");
    e->kind = ETL_FACT_REFUND;
    e->other = etl_stripe_object_reference(r, o, ETL_TAPE_id);
    e->charge = etl_stripe_object_reference(r, o, ETL_TAPE_charge);
    e->intent = etl_stripe_object_reference(r, o, ETL_TAPE_payment_intent);
    e->amount = member_amount(r, o, ETL_TAPE_amount);
    e->flags |= failed ? ETL_FACT_REFUND_FAILED : 0;
    return e->amount >= 0 ? ETL_REJECT_NONE : ETL_REJECT_NO_AMOUNT;
}

static enum etl_reject_reason read_dispute(const struct etl_stripe_record *r, uint32_t o, struct etl_payment_fact *e) {
    e->kind = ETL_FACT_DISPUTE;
    e->other = etl_stripe_object_reference(r, o, ETL_TAPE_id);
    e->charge = etl_stripe_object_reference(r, o, ETL_TAPE_charge);
    e->intent = etl_stripe_object_reference(r, o, ETL_TAPE_payment_intent);
    e->flags |= member_is(r, o, ETL_TAPE_status, "lost") ? ETL_FACT_DISPUTE_LOST : 0;
    return ETL_REJECT_NONE;
}

static enum etl_reject_reason read_invoice_payment(const struct etl_stripe_record *r, uint32_t o,
                                                   struct etl_payment_fact *e) {
    uint32_t payment = etl_stripe_object_member(r, o, ETL_TAPE_payment);
    e->kind = ETL_FACT_LINK;
    e->other = etl_stripe_object_reference(r, o, ETL_TAPE_id);
    e->invoice = etl_stripe_object_reference(r, o, ETL_TAPE_invoice);
    e->intent = etl_stripe_object_reference(r, payment, ETL_TAPE_payment_intent);
    e->charge = etl_stripe_object_reference(r, payment, ETL_TAPE_charge);
    e->flags |= ETL_FACT_BILLED;
    return ETL_REJECT_NONE;
}

static enum etl_reject_reason read_customer(const struct etl_stripe_record *r, uint32_t o, struct etl_payment_fact *e) {
    e->kind = ETL_FACT_CUSTOMER;
    e->customer = etl_stripe_object_reference(r, o, ETL_TAPE_id);
    e->email = member_email(r, o, ETL_TAPE_email);
    return ETL_REJECT_NONE;
}

static enum etl_reject_reason read_price(const struct etl_stripe_record *r, uint32_t o, struct etl_payment_fact *e) {
    struct etl_stripe_lines lines;
    e->kind = ETL_FACT_PRICE;
    e->other = etl_stripe_object_reference(r, o, ETL_TAPE_id);
    etl_stripe_lines_read_price(&lines, r->reader->config, r->tape, o, e->currency);
    e->price = e->other;
    e->plan = lines.plan;
    return ETL_REJECT_NONE;
}

/* ---- kinds ---- */

/* In the order in which a first pull reads their lists. */
const struct etl_stripe_kind etl_stripe_kinds[] = {
    {"checkout.session", read_session, true,
     .events = {"checkout.session.completed", "checkout.session.async_payment_succeeded"},
     .list = "/v1/checkout/sessions",
     .parameter = "expand[]", /* only the line items say what was bought, and they are left out unless requested */
     .value = "data.line_items"},
    {"invoice", read_invoice, true, .events = {"invoice.paid", "invoice.payment_succeeded", "invoice.voided"},
     .list = "/v1/invoices"},
    {"subscription", read_subscription, true,
     .events = {"customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted"},
     .list = "/v1/subscriptions",
     .parameter = "status", /* without it, cancelled subscriptions are left out, but they were purchases too */
     .value = "all"},
    {"charge", read_charge, true, .events = {"charge.succeeded", "charge.captured", "charge.refunded"},
     .list = "/v1/charges"},
    {"refund", read_refund, true, .events = {"refund.created", "refund.updated", "refund.failed"},
     .list = "/v1/refunds"},
    {"dispute", read_dispute, true, .events = {"charge.dispute.created", "charge.dispute.closed"},
     .list = "/v1/disputes"},
    {"invoice_payment", read_invoice_payment, true, .events = {"invoice_payment.paid"}, .list = "/v1/invoice_payments"},
    {"payment_intent", read_intent, true, .events = {"payment_intent.succeeded"}},
    {"customer", read_customer, true, .events = {"customer.created", "customer.updated"}},
    {.name = "price", .read = read_price},
    {.name = "plan", .read = read_price},
    {.name = NULL},
};

const struct etl_stripe_kind *etl_stripe_object_kind(const struct etl_stripe_record *r, uint32_t object) {
    struct etl_text name = etl_stripe_object_text(r, object, ETL_TAPE_object);
    if (name.size == 0)
        return NULL;
    for (const struct etl_stripe_kind *kind = etl_stripe_kinds; kind->name != NULL; kind++)
        if (etl_text_is(name, kind->name))
            return kind;
    return NULL;
}

/* An object of the other mode says only that it exists and which ids it connects. */
static void clear_other_mode(struct etl_payment_fact *e) {
    const uint32_t shape =
        ETL_FACT_OTHER_MODE | ETL_FACT_BILLED | ETL_FACT_SUBSCRIBED | ETL_FACT_CONFIRMED | ETL_FACT_CHARGED;
    if ((e->flags & ETL_FACT_OTHER_MODE) == 0)
        return;
    e->flags &= shape;
    e->amount = e->refunded = 0;
    e->at = ETL_FACT_NO_TIME;
    e->plan.rank = ETL_PLAN_UNKNOWN;
    e->price = 0;
}

static enum etl_reject_reason check_fact(const struct etl_payment_fact *e) {
    uint64_t own = e->session | e->invoice | e->intent | e->charge | e->subscription | e->other | e->customer;
    if (own == 0)
        return ETL_REJECT_NO_ID;
    if ((e->flags & ETL_FACT_PAID) != 0 && e->currency == 0)
        return ETL_REJECT_BAD_CURRENCY;
    if ((e->flags & ETL_FACT_PAID) != 0 && e->at == ETL_FACT_NO_TIME)
        return ETL_REJECT_NO_TIME;
    return ETL_REJECT_NONE;
}

enum etl_reject_reason etl_stripe_object_read(struct etl_stripe_record *r, uint32_t object,
                                              const struct etl_stripe_kind *kind, struct etl_payment_fact *out) {
    *out = (struct etl_payment_fact){.kind = ETL_FACT_PAYMENT};
    etl_stripe_object_list(r, object);
    read_common(r, object, out);
    if (etl_stripe_object_text(r, object, ETL_TAPE_id).size == 0)
        return ETL_REJECT_NO_ID;
    enum etl_reject_reason reason = kind->read(r, object, out);
    if (out->subscription != 0)
        out->flags |= ETL_FACT_SUBSCRIBED;
    if (out->intent != 0 || out->charge != 0)
        out->flags |= ETL_FACT_CHARGED;
    clear_other_mode(out);
    return reason != ETL_REJECT_NONE ? reason : check_fact(out);
}
