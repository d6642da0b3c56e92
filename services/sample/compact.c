/* compact.c - writes a story as the few objects of the compact layout. */
#include "services/sample/compact.h"

#include <inttypes.h>

static const char session[] =
    "{'id':'$session','object':'checkout.session','amount_total':$amount,'client_reference_id':$reference,'created':$at,"
    "'currency':'$currency','customer':'$customer','customer_details':$details,'invoice':'$invoice','line_items':"
    "{'object':'list','data':[{'id':'$line_item','price':{'id':'$price','lookup_key':$lookup_key,'nickname':$nickname,"
    "'type':'recurring'}}$fee]},'livemode':$live,'mode':'subscription',"
    "'payment_method_types':['$method'],'payment_status':'$payment_status','status':'complete','subscription':'$subscription'}";

static const char fee_item[] = ",{'id':'$fee_item','price':{'id':'$fee_price','type':'one_time'}}";

static const char fee_session[] =
    "{'id':'$session','object':'checkout.session','amount_total':$amount,'client_reference_id':$reference,'created':$at,"
    "'currency':'$currency','customer':'$customer','customer_details':$details,'invoice':null,'line_items':"
    "{'object':'list','data':[{'id':'$fee_item','price':{'id':'$fee_price','type':'one_time'}}]},"
    "'livemode':$live,'mode':'payment','payment_intent':'$intent','payment_method_types':['$method'],"
    "'payment_status':'paid','status':'complete','subscription':null}";

static const char charge[] =
    "{'id':'$charge','object':'charge','amount':$amount,'amount_captured':$captured,'amount_refunded':$refunded_amount,"
    "'billing_details':{'email':$email},'captured':$paid,'created':$at,'currency':'$currency','customer':'$customer',"
    "'description':'$description','disputed':$disputed,'invoice':$charge_invoice,'livemode':$live,'paid':$paid,"
    "'payment_intent':'$intent','payment_method_details':{'type':'$method'},'refunded':$refunded,'status':'$status'}";

static const char dispute[] =
    "{'id':'$dispute','object':'dispute','amount':$amount,'charge':'$charge','created':$at,'currency':'$currency',"
    "'livemode':$live,'payment_intent':'$intent','reason':'fraudulent','status':'$status'}";

static const char invoice[] =
    "{'id':'$invoice','object':'invoice','amount_paid':$amount,'billing_reason':'$reason','created':$at,'currency':'$currency',"
    "'customer':'$customer','customer_email':$email,'lines':{'object':'list','data':[{'id':'$invoice_line','amount':$amount,"
    "'price':{'id':'$price','lookup_key':$lookup_key,'nickname':$nickname,'type':'recurring','unit_amount':$unit_amount},"
    "'type':'subscription'}]},'livemode':$live,'paid':true,'payment_intent':'$intent','status':'paid',"
    "'subscription':'$subscription'}";

static const char customer[] =
    "{'id':'$customer','object':'customer','created':$at,'currency':'$currency','email':$known_email,'livemode':$live,"
    "'name':'$name'}";

static void send(struct delivery *out, struct stripe *stripe, const char *template) {
    buffer_clear(&stripe->line);
    template_render(&stripe->line, template, &stripe->fields);
    delivery_send(out, &stripe->line);
}

/* An address only where no reference tells who pays. */
static void set_details(struct stripe *stripe) {
    struct fields *fields = &stripe->fields;
    buffer_clear(&stripe->part);
    template_render(&stripe->part, stripe->story->join == JOIN_BY_EMAIL ? "{'email':$email}" : "null", fields);
    fields_set(fields, "details", "%s", stripe->part.bytes);
}

static void write_session(struct delivery *out, struct stripe *stripe, size_t package, moment at) {
    struct fields *fields = &stripe->fields;
    bool trial = stripe->story->kind == STORY_TRIAL_PAID || stripe->story->kind == STORY_TRIAL_LAPSED;
    stripe_purchase(stripe, package);
    stripe_payment(stripe, trial ? 0 : stripe_first_amount(stripe, package), at);
    fields_borrow(fields, "payment_status", trial ? "no_payment_required" : "paid");
    buffer_clear(&stripe->part);
    template_render(&stripe->part, stripe_has_fee(stripe) ? fee_item : "", fields);
    fields_set(fields, "fee", "%s", stripe->part.used > 0 ? stripe->part.bytes : "");
    send(out, stripe, session);
}

enum charge_end { CHARGE_PAID, CHARGE_DECLINED, CHARGE_REFUNDED, CHARGE_PART_REFUNDED, CHARGE_DISPUTED };

/* The charge of the payment now in the fields, as it stands in the end. */
static void write_charge(struct delivery *out, struct stripe *stripe, int64_t amount, bool of_invoice, enum charge_end end) {
    struct fields *fields = &stripe->fields;
    bool paid = end != CHARGE_DECLINED;
    int64_t refunded = end == CHARGE_REFUNDED ? amount : end == CHARGE_PART_REFUNDED ? amount / 3 : 0;
    fields_set(fields, "captured", "%" PRId64, paid ? amount : 0);
    fields_set(fields, "refunded_amount", "%" PRId64, refunded);
    fields_set(fields, "charge_invoice", of_invoice ? "\"%s\"" : "null", fields_get(fields, "invoice"));
    fields_borrow(fields, "paid", paid ? "true" : "false");
    fields_borrow(fields, "refunded", end == CHARGE_REFUNDED ? "true" : "false");
    fields_borrow(fields, "disputed", end == CHARGE_DISPUTED ? "true" : "false");
    fields_borrow(fields, "description", of_invoice ? "Subscription creation" : "Consulting");
    fields_borrow(fields, "status", paid ? "succeeded" : "failed");
    send(out, stripe, charge);
}

static void write_dispute(struct delivery *out, struct stripe *stripe, int64_t amount, bool lost) {
    write_charge(out, stripe, amount, true, CHARGE_DISPUTED);
    stripe_set_id(stripe, "dispute", "dp_1", 23);
    fields_set(&stripe->fields, "at", "%" PRId64, stripe->story->later);
    fields_borrow(&stripe->fields, "status", lost ? "lost" : "won");
    send(out, stripe, dispute);
}

/* A later invoice of the same subscription, for another package where that changed. */
static void write_invoice(struct delivery *out, struct stripe *stripe, size_t package, const char *reason) {
    stripe_name_price(stripe, package);
    stripe_payment(stripe, stripe_price(stripe, package), stripe->story->later);
    fields_borrow(&stripe->fields, "reason", reason);
    send(out, stripe, invoice);
}

static void write_fee_alone(struct delivery *out, struct stripe *stripe) {
    stripe_purchase(stripe, stripe->story->package);
    stripe_payment(stripe, stripe->sample->world->config->setup_fee, stripe->story->at);
    send(out, stripe, fee_session);
}

static void write_declined(struct delivery *out, struct stripe *stripe, size_t package) {
    int64_t amount = stripe_first_amount(stripe, package);
    stripe_purchase(stripe, package);
    stripe_payment(stripe, amount, stripe->story->at);
    write_charge(out, stripe, amount, true, CHARGE_DECLINED);
}

static void write_bare_charge(struct delivery *out, struct stripe *stripe) {
    int64_t amount = stripe->sample->world->config->packages[0].price;
    stripe_payment(stripe, amount, stripe->story->later);
    write_charge(out, stripe, amount, false, CHARGE_PAID);
}

/* The card was declined once before the session's invoice was paid. */
static void write_retry(struct delivery *out, struct stripe *stripe, int64_t amount) {
    stripe_set_id(stripe, "charge", "ch_3", 23);
    write_charge(out, stripe, amount, true, CHARGE_DECLINED);
}

/* What follows a first session. */
static void write_rest(struct delivery *out, struct stripe *stripe, const struct story *story) {
    int64_t amount = stripe_first_amount(stripe, story->package);
    switch (story->kind) {
    case STORY_FULL_REFUND:
        write_charge(out, stripe, amount, true, CHARGE_REFUNDED);
        break;
    case STORY_PART_REFUND:
        write_charge(out, stripe, amount, true, CHARGE_PART_REFUNDED);
        break;
    case STORY_DISPUTE_LOST:
        write_dispute(out, stripe, amount, true);
        break;
    case STORY_DISPUTE_WON:
        write_dispute(out, stripe, amount, false);
        break;
    case STORY_TRIAL_PAID:
        write_invoice(out, stripe, story->package, "subscription_cycle");
        break;
    case STORY_UPGRADE_IN_PLACE:
        write_invoice(out, stripe, story->other, "subscription_update");
        break;
    case STORY_SECOND_PURCHASE:
        write_session(out, stripe, story->other, story->later);
        break;
    default:
        if (story->retried)
            write_retry(out, stripe, amount);
        if (story->bare_charge)
            write_bare_charge(out, stripe);
    }
}

void compact_write(struct delivery *out, struct stripe *stripe, const struct person *person, const struct story *story) {
    stripe_customer(stripe, person, story);
    set_details(stripe);
    fields_set(&stripe->fields, "at", "%" PRId64, story->at);
    if (story->join == JOIN_BY_CUSTOMER)
        send(out, stripe, customer);
    if (story->kind == STORY_FAILED) {
        write_declined(out, stripe, story->package);
    } else if (story->kind == STORY_SETUP_ALONE) {
        write_fee_alone(out, stripe);
    } else if (story->kind == STORY_REFUND_THEN_BUY) {
        write_session(out, stripe, story->other, story->at);
        write_charge(out, stripe, stripe_first_amount(stripe, story->other), true, CHARGE_REFUNDED);
        write_session(out, stripe, story->package, story->later);
    } else {
        write_session(out, stripe, story->package, story->at);
        write_rest(out, stripe, story);
    }
}
