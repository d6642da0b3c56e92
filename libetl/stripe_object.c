/* stripe_object.c - one small reader for each kind of Stripe object. */
#include "libetl/stripe_object.h"

#include <string.h>

#include "libetl/payment_method.h"
#include "libetl/stripe_lines.h"
#include "libetl/timestamp.h"

void stripe_object_begin(struct stripe_reading *r, const struct stripe_reader *reader, const struct tape *tape,
                         int64_t received) {
    r->reader = reader;
    r->tape = tape;
    r->event_type = (struct text){"", 0};
    r->event_at = EVIDENCE_NO_TIME;
    r->received = received;
    r->other_mode = false;
}

/* ---- members ---- */

/* A reference: an id, or an object that has one. */
static uint64_t reference(const struct stripe_reading *r, uint32_t node) {
    if (tape_is(r->tape, node, TAPE_OBJECT))
        node = tape_member(r->tape, node, TAPE_id);
    return stripe_hash_id(r->reader, tape_text(r->tape, node));
}

/* So much is asked of the object itself that its members are listed once. */
void stripe_object_list(struct stripe_reading *r, uint32_t object) {
    const struct tape_node *nodes = r->tape->nodes;
    memset(r->places, 0, sizeof r->places);
    r->object = object;
    for (uint32_t at = object + 1; at < nodes[object].after; at = nodes[at].after)
        r->places[nodes[at].name] = at;
}

uint32_t stripe_object_member(const struct stripe_reading *r, uint32_t object, enum tape_name name) {
    return object == r->object ? r->places[name] : tape_member(r->tape, object, name);
}

uint64_t stripe_object_reference(const struct stripe_reading *r, uint32_t object, enum tape_name name) {
    return reference(r, stripe_object_member(r, object, name));
}

struct text stripe_object_text(const struct stripe_reading *r, uint32_t object, enum tape_name name) {
    return tape_text(r->tape, stripe_object_member(r, object, name));
}

static bool member_is(const struct stripe_reading *r, uint32_t object, enum tape_name name, const char *word) {
    return text_is(stripe_object_text(r, object, name), word);
}

static bool member_true(const struct stripe_reading *r, uint32_t object, enum tape_name name) {
    return tape_is(r->tape, stripe_object_member(r, object, name), TAPE_TRUE);
}

static int64_t member_amount(const struct stripe_reading *r, uint32_t object, enum tape_name name) {
    return tape_whole(r->tape, stripe_object_member(r, object, name), -1);
}

int64_t stripe_object_time(const struct stripe_reading *r, uint32_t object, enum tape_name name) {
    int64_t at = tape_whole(r->tape, stripe_object_member(r, object, name), EVIDENCE_NO_TIME);
    return at >= 0 && at < TIMESTAMP_LAST ? at : EVIDENCE_NO_TIME;
}

/* The first of two times that is known. */
static int64_t either_time(int64_t a, int64_t b) {
    return a != EVIDENCE_NO_TIME ? a : b;
}

static uint64_t member_email(const struct stripe_reading *r, uint32_t object, enum tape_name name) {
    return stripe_hash_email(r->reader, stripe_object_text(r, object, name));
}

/* ---- what all kinds share ---- */

/* When an object's news happened: its event's time if the event is of this type, its own otherwise. */
static int64_t news_time(const struct stripe_reading *r, uint32_t object, const char *type) {
    bool told = text_is(r->event_type, type) && r->event_at != EVIDENCE_NO_TIME;
    return told ? r->event_at
                : either_time(stripe_object_time(r, object, TAPE_created), either_time(r->event_at, r->received));
}

static void read_common(const struct stripe_reading *r, uint32_t object, struct evidence *e) {
    struct text currency = stripe_object_text(r, object, TAPE_currency);
    uint32_t live = stripe_object_member(r, object, TAPE_livemode);
    bool wrong = tape_is(r->tape, live, r->reader->test_mode ? TAPE_TRUE : TAPE_FALSE);
    e->customer = stripe_object_reference(r, object, TAPE_customer);
    e->currency = money_currency_of(currency.at, currency.size);
    e->plan.rank = PLAN_UNKNOWN;
    e->at = EVIDENCE_NO_TIME;
    e->flags = r->other_mode || wrong ? EVIDENCE_OTHER_MODE : 0;
}

/* A sum that is said to have been paid is a payment, or nothing to pay. */
static void set_paid(struct evidence *e, int64_t amount) {
    e->amount = amount > 0 ? amount : 0;
    e->flags |= amount > 0 ? EVIDENCE_PAID : EVIDENCE_ZERO;
}

static void set_asked(struct evidence *e, int64_t amount, uint32_t flag) {
    e->amount = amount > 0 ? amount : 0;
    e->flags |= flag;
}

/* Stripe describes what it charges for a subscription as "Subscription creation" or "Subscription update". */
static uint32_t description_flags(const struct stripe_reading *r, uint32_t object) {
    struct text description = stripe_object_text(r, object, TAPE_description);
    return text_is(description, "Subscription creation") || text_is(description, "Subscription update")
               ? EVIDENCE_FOR_SUBSCRIPTION
               : 0;
}

static void take_lines(const struct stripe_reading *r, uint32_t list, struct evidence *e) {
    struct stripe_lines lines;
    stripe_lines_read(&lines, r->reader->config, r->tape, list, e->currency);
    e->plan = lines.plan;
    e->price = stripe_hash_id(r->reader, lines.price);
    e->flags |= lines.has_plan ? EVIDENCE_PLAN_LINE : lines.has_one_time ? EVIDENCE_ONE_TIME : 0;
}

/* ---- one reader a kind ---- */

static enum refusal read_session(const struct stripe_reading *r, uint32_t o, struct evidence *e) {
    e->session = stripe_object_reference(r, o, TAPE_id);
    e->invoice = stripe_object_reference(r, o, TAPE_invoice);
    e->intent = stripe_object_reference(r, o, TAPE_payment_intent);
    e->subscription = stripe_object_reference(r, o, TAPE_subscription);
    e->email = member_email(r, stripe_object_member(r, o, TAPE_customer_details), TAPE_email);
    if (e->email == 0)
        e->email = member_email(r, o, TAPE_customer_email);
    e->reference = stripe_hash_reference(r->reader, stripe_object_text(r, o, TAPE_client_reference_id));
    e->flags |= EVIDENCE_BILLED | EVIDENCE_BEGINNING;
    if (e->invoice != 0 || e->intent != 0)
        e->flags |= EVIDENCE_SOLID;
    else if (e->subscription == 0 && member_is(r, o, TAPE_mode, "subscription"))
        e->flags |= EVIDENCE_SUBSCRIBED;
    take_lines(r, stripe_object_member(r, o, TAPE_line_items), e);

    uint32_t methods = stripe_object_member(r, o, TAPE_payment_method_types), only = tape_first(r->tape, methods);
    if (only != TAPE_NONE && tape_next(r->tape, methods, only) == TAPE_NONE)
        e->method = payment_method_of(tape_text(r->tape, only));

    bool late = text_is(r->event_type, "checkout.session.async_payment_succeeded");
    e->at = news_time(r, o, late ? "checkout.session.async_payment_succeeded" : "checkout.session.completed");
    struct text status = stripe_object_text(r, o, TAPE_status);
    bool complete = status.size == 0 || text_is(status, "complete");
    if (member_is(r, o, TAPE_mode, "setup"))
        e->flags |= EVIDENCE_ZERO;
    else if (complete && member_is(r, o, TAPE_payment_status, "paid")) {
        if (!tape_is(r->tape, stripe_object_member(r, o, TAPE_amount_total), TAPE_WHOLE))
            return REFUSAL_NO_AMOUNT;
        set_paid(e, member_amount(r, o, TAPE_amount_total));
    } else
        e->flags |=
            complete && member_is(r, o, TAPE_payment_status, "no_payment_required") ? EVIDENCE_ZERO : EVIDENCE_UNPAID;
    return REFUSAL_NONE;
}

/* Since 2025-03-31 an invoice names its subscription below its parent. */
static uint64_t invoice_subscription(const struct stripe_reading *r, uint32_t o) {
    uint64_t id = stripe_object_reference(r, o, TAPE_subscription);
    uint32_t details = stripe_object_member(r, stripe_object_member(r, o, TAPE_parent), TAPE_subscription_details);
    return id != 0 ? id : stripe_object_reference(r, details, TAPE_subscription);
}

static enum refusal read_invoice(const struct stripe_reading *r, uint32_t o, struct evidence *e) {
    struct text reason = stripe_object_text(r, o, TAPE_billing_reason), status = stripe_object_text(r, o, TAPE_status);
    e->invoice = stripe_object_reference(r, o, TAPE_id);
    e->intent = stripe_object_reference(r, o, TAPE_payment_intent);
    e->charge = stripe_object_reference(r, o, TAPE_charge);
    e->subscription = invoice_subscription(r, o);
    e->email = member_email(r, o, TAPE_customer_email);
    e->flags |= EVIDENCE_BILLED | EVIDENCE_SOLID;
    take_lines(r, stripe_object_member(r, o, TAPE_lines), e);
    if (text_is(reason, "subscription_create"))
        e->flags |= EVIDENCE_BEGINNING;
    if (text_is(reason, "subscription_cycle") || text_is(reason, "subscription_update") ||
        text_is(reason, "subscription_threshold"))
        e->flags |= EVIDENCE_LATER_CYCLE;

    bool told = text_is(r->event_type, "invoice.paid") || text_is(r->event_type, "invoice.payment_succeeded") ||
                text_is(r->event_type, "invoice.payment_failed");
    int64_t paid_at = stripe_object_time(r, stripe_object_member(r, o, TAPE_status_transitions), TAPE_paid_at);
    e->at = either_time(paid_at, told ? either_time(r->event_at, news_time(r, o, "")) : news_time(r, o, ""));
    bool paid = text_is(status, "paid") || (status.size == 0 && member_true(r, o, TAPE_paid));
    if (!paid) {
        set_asked(e, member_amount(r, o, TAPE_amount_due), EVIDENCE_UNPAID);
        return REFUSAL_NONE;
    }
    if (!tape_is(r->tape, stripe_object_member(r, o, TAPE_amount_paid), TAPE_WHOLE))
        return REFUSAL_NO_AMOUNT;
    set_paid(e, member_amount(r, o, TAPE_amount_paid));
    return REFUSAL_NONE;
}

static enum refusal read_intent(const struct stripe_reading *r, uint32_t o, struct evidence *e) {
    struct text status = stripe_object_text(r, o, TAPE_status);
    e->intent = stripe_object_reference(r, o, TAPE_id);
    e->invoice = stripe_object_reference(r, o, TAPE_invoice);
    e->charge = stripe_object_reference(r, o, TAPE_latest_charge);
    e->email = member_email(r, o, TAPE_receipt_email);
    e->flags |= EVIDENCE_SOLID | (e->invoice != 0 ? EVIDENCE_BILLED : 0);
    e->flags |= description_flags(r, o);
    e->at = news_time(r, o, "payment_intent.succeeded");
    if (text_is(status, "succeeded")) {
        int64_t received = member_amount(r, o, TAPE_amount_received);
        set_paid(e, received >= 0 ? received : member_amount(r, o, TAPE_amount));
        return e->amount > 0 || received == 0 ? REFUSAL_NONE : REFUSAL_NO_AMOUNT;
    }
    bool failed = text_is(status, "requires_payment_method") || text_is(status, "canceled");
    set_asked(e, member_amount(r, o, TAPE_amount),
              text_is(status, "requires_capture") ? EVIDENCE_UNCAPTURED
              : failed                            ? EVIDENCE_FAILED
                                                  : EVIDENCE_UNPAID);
    return REFUSAL_NONE;
}

/* What was given back, a dispute that was lost: they stand on the charge as well as on their own. */
static void read_charge_losses(const struct stripe_reading *r, uint32_t o, struct evidence *e) {
    int64_t refunded = member_amount(r, o, TAPE_amount_refunded);
    e->refunded = refunded > 0 ? refunded : 0;
    if (member_true(r, o, TAPE_refunded))
        e->flags |= EVIDENCE_REFUNDED;
}

static enum refusal read_charge(const struct stripe_reading *r, uint32_t o, struct evidence *e) {
    struct text status = stripe_object_text(r, o, TAPE_status);
    e->charge = stripe_object_reference(r, o, TAPE_id);
    e->intent = stripe_object_reference(r, o, TAPE_payment_intent);
    e->invoice = stripe_object_reference(r, o, TAPE_invoice);
    e->email = member_email(r, stripe_object_member(r, o, TAPE_billing_details), TAPE_email);
    if (e->email == 0)
        e->email = member_email(r, o, TAPE_receipt_email);
    e->method =
        payment_method_of(stripe_object_text(r, stripe_object_member(r, o, TAPE_payment_method_details), TAPE_type));
    e->flags |= EVIDENCE_SOLID | (e->invoice != 0 ? EVIDENCE_BILLED : 0);
    e->flags |= description_flags(r, o);
    e->at = news_time(r, o, "");
    read_charge_losses(r, o, e);
    int64_t captured = member_amount(r, o, TAPE_amount_captured), amount = member_amount(r, o, TAPE_amount);
    bool succeeded = text_is(status, "succeeded") || (status.size == 0 && member_true(r, o, TAPE_paid));
    if (!succeeded || tape_is(r->tape, stripe_object_member(r, o, TAPE_captured), TAPE_FALSE)) {
        set_asked(e, amount,
                  succeeded                   ? EVIDENCE_UNCAPTURED
                  : text_is(status, "failed") ? EVIDENCE_FAILED
                                              : EVIDENCE_UNPAID);
        return REFUSAL_NONE;
    }
    if (captured <= 0 && amount < 0)
        return REFUSAL_NO_AMOUNT;
    set_paid(e, captured > 0 ? captured : amount);
    return REFUSAL_NONE;
}

static enum refusal read_subscription(const struct stripe_reading *r, uint32_t o, struct evidence *e) {
    bool trialing = member_is(r, o, TAPE_status, "trialing"),
         trial_end = tape_is(r->tape, stripe_object_member(r, o, TAPE_trial_end), TAPE_WHOLE);
    e->kind = EVIDENCE_SUBSCRIPTION;
    e->subscription = stripe_object_reference(r, o, TAPE_id);
    e->at = either_time(r->event_at, stripe_object_time(r, o, TAPE_created));
    e->flags |= EVIDENCE_BILLED | (trialing || trial_end ? EVIDENCE_TRIAL | EVIDENCE_BEGINNING : 0);
    if (text_is(r->event_type, "customer.subscription.created"))
        e->flags |= EVIDENCE_BEGINNING;
    take_lines(r, stripe_object_member(r, o, TAPE_items), e);
    if (e->plan.rank == PLAN_UNKNOWN && e->price == 0)
        take_lines(r, o, e); /* one plan, in the days before items */
    return REFUSAL_NONE;
}

static enum refusal read_refund(const struct stripe_reading *r, uint32_t o, struct evidence *e) {
    struct text status = stripe_object_text(r, o, TAPE_status);
    bool failed = text_is(status, "failed") || text_is(status, "canceled") || text_is(r->event_type, "refund.failed");
    e->kind = EVIDENCE_REFUND;
    e->other = stripe_object_reference(r, o, TAPE_id);
    e->charge = stripe_object_reference(r, o, TAPE_charge);
    e->intent = stripe_object_reference(r, o, TAPE_payment_intent);
    e->amount = member_amount(r, o, TAPE_amount);
    e->flags |= failed ? EVIDENCE_DROPPED : 0;
    return e->amount >= 0 ? REFUSAL_NONE : REFUSAL_NO_AMOUNT;
}

static enum refusal read_dispute(const struct stripe_reading *r, uint32_t o, struct evidence *e) {
    e->kind = EVIDENCE_DISPUTE;
    e->other = stripe_object_reference(r, o, TAPE_id);
    e->charge = stripe_object_reference(r, o, TAPE_charge);
    e->intent = stripe_object_reference(r, o, TAPE_payment_intent);
    e->flags |= member_is(r, o, TAPE_status, "lost") ? EVIDENCE_LOST : 0;
    return REFUSAL_NONE;
}

static enum refusal read_invoice_payment(const struct stripe_reading *r, uint32_t o, struct evidence *e) {
    uint32_t payment = stripe_object_member(r, o, TAPE_payment);
    e->kind = EVIDENCE_TIE;
    e->other = stripe_object_reference(r, o, TAPE_id);
    e->invoice = stripe_object_reference(r, o, TAPE_invoice);
    e->intent = stripe_object_reference(r, payment, TAPE_payment_intent);
    e->charge = stripe_object_reference(r, payment, TAPE_charge);
    e->flags |= EVIDENCE_BILLED;
    return REFUSAL_NONE;
}

static enum refusal read_customer(const struct stripe_reading *r, uint32_t o, struct evidence *e) {
    e->kind = EVIDENCE_CUSTOMER;
    e->customer = stripe_object_reference(r, o, TAPE_id);
    e->email = member_email(r, o, TAPE_email);
    return REFUSAL_NONE;
}

static enum refusal read_price(const struct stripe_reading *r, uint32_t o, struct evidence *e) {
    struct stripe_lines lines;
    e->kind = EVIDENCE_PRICE;
    e->other = stripe_object_reference(r, o, TAPE_id);
    stripe_lines_read_price(&lines, r->reader->config, r->tape, o, e->currency);
    e->price = e->other;
    e->plan = lines.plan;
    return REFUSAL_NONE;
}

/* ---- kinds ---- */

typedef enum refusal read_kind(const struct stripe_reading *r, uint32_t object, struct evidence *e);

static const struct stripe_kind {
    const char *name;
    read_kind *read;
    bool inside; /* also read where it stands inside another record */
} kinds[] = {
    {"charge", read_charge, true},
    {"checkout.session", read_session, true},
    {"customer", read_customer, true},
    {"dispute", read_dispute, true},
    {"invoice", read_invoice, true},
    {"invoice_payment", read_invoice_payment, true},
    {"payment_intent", read_intent, true},
    {"plan", read_price, false},
    {"price", read_price, false},
    {"refund", read_refund, true},
    {"subscription", read_subscription, true},
};

const struct stripe_kind *stripe_object_kind(const struct stripe_reading *r, uint32_t object) {
    struct text name = stripe_object_text(r, object, TAPE_object);
    if (name.size == 0)
        return NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (text_is(name, kinds[i].name))
            return &kinds[i];
    return NULL;
}

/* What belongs to the other mode says only that: that it ties ids and that it exists. */
static void silence_other_mode(struct evidence *e) {
    const uint32_t shape =
        EVIDENCE_OTHER_MODE | EVIDENCE_BILLED | EVIDENCE_SUBSCRIBED | EVIDENCE_SOLID | EVIDENCE_CHARGED;
    if ((e->flags & EVIDENCE_OTHER_MODE) == 0)
        return;
    e->flags &= shape;
    e->amount = e->refunded = 0;
    e->at = EVIDENCE_NO_TIME;
    e->plan.rank = PLAN_UNKNOWN;
    e->price = 0;
}

static enum refusal check_evidence(const struct evidence *e) {
    uint64_t own = e->session | e->invoice | e->intent | e->charge | e->subscription | e->other | e->customer;
    if (own == 0)
        return REFUSAL_NO_ID;
    if ((e->flags & EVIDENCE_PAID) != 0 && e->currency == 0)
        return REFUSAL_BAD_CURRENCY;
    if ((e->flags & EVIDENCE_PAID) != 0 && e->at == EVIDENCE_NO_TIME)
        return REFUSAL_NO_TIME;
    return REFUSAL_NONE;
}

bool stripe_object_counts_inside(const struct stripe_kind *kind) {
    return kind->inside;
}

enum refusal stripe_object_read(struct stripe_reading *r, uint32_t object, const struct stripe_kind *kind,
                                struct evidence *out) {
    *out = (struct evidence){.kind = EVIDENCE_PAYMENT};
    stripe_object_list(r, object);
    read_common(r, object, out);
    if (stripe_object_text(r, object, TAPE_id).size == 0)
        return REFUSAL_NO_ID;
    enum refusal why = kind->read(r, object, out);
    if (out->subscription != 0)
        out->flags |= EVIDENCE_SUBSCRIBED;
    if (out->intent != 0 || out->charge != 0)
        out->flags |= EVIDENCE_CHARGED;
    silence_other_mode(out);
    return why != REFUSAL_NONE ? why : check_evidence(out);
}
