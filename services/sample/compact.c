/* compact.c - writes a story as the few objects of the compact layout. */
#include "services/sample/compact.h"

#include <inttypes.h>

/* Lines of JSON are broken by hand, between keys. */
/* clang-format off */
static const char session[] =
    "{'id':'$session','object':'checkout.session','amount_total':$amount,'client_reference_id':$reference,"
    "'created':$at,'currency':'$currency','customer':'$customer','customer_details':$details,'invoice':'$invoice',"
    "'line_items':{'object':'list','data':[{'price':{'id':'$price','lookup_key':$lookup_key,'nickname':$nickname,"
    "'type':'recurring'}}$fee]},'livemode':$live,'mode':'subscription','payment_method_types':['$method'],"
    "'payment_status':'$payment_status','status':'complete','subscription':'$subscription'}";

static const char fee_item[] = ",{'price':{'id':'$fee_price','type':'one_time'}}";

static const char fee_session[] =
    "{'id':'$session','object':'checkout.session','amount_total':$amount,'client_reference_id':$reference,"
    "'created':$at,'currency':'$currency','customer':'$customer','customer_details':$details,'invoice':null,"
    "'line_items':{'object':'list','data':[{'price':{'id':'$fee_price','type':'one_time'}}]},'livemode':$live,"
    "'mode':'payment','payment_intent':'$intent','payment_method_types':['$method'],'payment_status':'paid',"
    "'status':'complete','subscription':null}";

static const char charge[] =
    "{'id':'$charge','object':'charge','amount':$amount,'amount_captured':$captured,"
    "'amount_refunded':$refunded_amount,'billing_details':{'email':$email},'captured':$paid,'created':$at,"
    "'currency':'$currency','customer':'$customer','description':'$description','disputed':$disputed,"
    "'invoice':$charge_invoice,'livemode':$live,'paid':$paid,'payment_intent':'$intent',"
    "'payment_method_details':{'type':'$method'},'refunded':$refunded,'status':'$status'}";

static const char dispute[] =
    "{'id':'$dispute','object':'dispute','amount':$amount,'charge':'$charge','created':$at,'currency':'$currency',"
    "'livemode':$live,'payment_intent':'$intent','reason':'fraudulent','status':'$status'}";

static const char invoice[] =
    "{'id':'$invoice','object':'invoice','amount_paid':$amount,'billing_reason':'$reason','created':$at,"
    "'currency':'$currency','customer':'$customer','customer_email':$email,'lines':{'object':'list','data':[{"
    "'id':'$invoice_line','amount':$amount,'price':{'id':'$price','lookup_key':$lookup_key,'nickname':$nickname,"
    "'type':'recurring','unit_amount':$unit_amount},'type':'subscription'}]},'livemode':$live,'paid':true,"
    "'payment_intent':'$intent','status':'paid','subscription':'$subscription'}";

static const char customer[] =
    "{'id':'$customer','object':'customer','created':$at,'currency':'$currency','email':$known_email,"
    "'livemode':$live,'name':'$name'}";
/* clang-format on */

static void send(struct delivery *out, struct billing *billing, const char *template) {
    buffer_clear(&billing->line);
    template_render(&billing->line, template, &billing->fields);
    delivery_send(out, &billing->line);
}

/* An address only where no reference tells who pays. */
static void set_details(struct billing *billing) {
    struct fields *fields = &billing->fields;
    buffer_clear(&billing->part);
    template_render(&billing->part, billing->story->join == JOIN_BY_EMAIL ? "{'email':$email}" : "null", fields);
    fields_set(fields, "details", "%s", buffer_text(&billing->part));
}

static void write_session(struct delivery *out, struct billing *billing, size_t package, moment at) {
    struct fields *fields = &billing->fields;
    bool trial = billing->story->kind == STORY_TRIAL_PAID || billing->story->kind == STORY_TRIAL_LAPSED;
    billing_purchase(billing, package);
    billing_payment(billing, trial ? 0 : billing_first_amount(billing, package), at);
    fields_borrow(fields, "payment_status", trial ? "no_payment_required" : "paid");
    buffer_clear(&billing->part);
    template_render(&billing->part, billing_has_fee(billing) ? fee_item : "", fields);
    fields_set(fields, "fee", "%s", buffer_text(&billing->part));
    send(out, billing, session);
}

enum charge_end { CHARGE_PAID, CHARGE_DECLINED, CHARGE_REFUNDED, CHARGE_PART_REFUNDED, CHARGE_DISPUTED };

/* The charge of the payment now in the fields, as it stands in the end. */
static void write_charge(struct delivery *out, struct billing *billing, int64_t amount, bool of_invoice,
                         enum charge_end end) {
    struct fields *fields = &billing->fields;
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
    send(out, billing, charge);
}

static void write_dispute(struct delivery *out, struct billing *billing, int64_t amount, bool lost) {
    write_charge(out, billing, amount, true, CHARGE_DISPUTED);
    billing_set_id(billing, "dispute", "dp_1", 23);
    fields_set(&billing->fields, "at", "%" PRId64, billing->story->later);
    fields_borrow(&billing->fields, "status", lost ? "lost" : "won");
    send(out, billing, dispute);
}

/* A later invoice of the same subscription, for another package where that changed. */
static void write_invoice(struct delivery *out, struct billing *billing, size_t package, const char *reason) {
    billing_name_price(billing, package);
    billing_payment(billing, billing_price(billing, package), billing->story->later);
    fields_borrow(&billing->fields, "reason", reason);
    send(out, billing, invoice);
}

static void write_fee_alone(struct delivery *out, struct billing *billing) {
    billing_purchase(billing, billing->story->package);
    billing_payment(billing, billing->sample->world->config->setup_fee, billing->story->at);
    send(out, billing, fee_session);
}

static void write_declined(struct delivery *out, struct billing *billing, size_t package) {
    int64_t amount = billing_first_amount(billing, package);
    billing_purchase(billing, package);
    billing_payment(billing, amount, billing->story->at);
    write_charge(out, billing, amount, true, CHARGE_DECLINED);
}

static void write_bare_charge(struct delivery *out, struct billing *billing) {
    int64_t amount = billing->sample->world->config->packages[0].price;
    billing_payment(billing, amount, billing->story->later);
    write_charge(out, billing, amount, false, CHARGE_PAID);
}

/* The card was declined once before the session's invoice was paid. */
static void write_retry(struct delivery *out, struct billing *billing, int64_t amount) {
    billing_set_id(billing, "charge", "ch_3", 23);
    write_charge(out, billing, amount, true, CHARGE_DECLINED);
}

/* What follows a first session. */
static void write_rest(struct delivery *out, struct billing *billing, const struct story *story) {
    int64_t amount = billing_first_amount(billing, story->package);
    switch (story->kind) {
    case STORY_FULL_REFUND:
        write_charge(out, billing, amount, true, CHARGE_REFUNDED);
        break;
    case STORY_PART_REFUND:
        write_charge(out, billing, amount, true, CHARGE_PART_REFUNDED);
        break;
    case STORY_DISPUTE_LOST:
        write_dispute(out, billing, amount, true);
        break;
    case STORY_DISPUTE_WON:
        write_dispute(out, billing, amount, false);
        break;
    case STORY_TRIAL_PAID:
        write_invoice(out, billing, story->package, "subscription_cycle");
        break;
    case STORY_UPGRADE_IN_PLACE:
        write_invoice(out, billing, story->other, "subscription_update");
        break;
    case STORY_SECOND_PURCHASE:
        write_session(out, billing, story->other, story->later);
        break;
    default:
        if (story->retried)
            write_retry(out, billing, amount);
        if (story->bare_charge)
            write_bare_charge(out, billing);
    }
}

void compact_write(struct delivery *out, struct billing *billing, const struct person *person,
                   const struct story *story) {
    billing_customer(billing, person, story);
    set_details(billing);
    fields_set(&billing->fields, "at", "%" PRId64, story->at);
    if (story->join == JOIN_BY_CUSTOMER)
        send(out, billing, customer);
    if (story->kind == STORY_FAILED) {
        write_declined(out, billing, story->package);
    } else if (story->kind == STORY_SETUP_ALONE) {
        write_fee_alone(out, billing);
    } else if (story->kind == STORY_REFUND_THEN_BUY) {
        write_session(out, billing, story->other, story->at);
        write_charge(out, billing, billing_first_amount(billing, story->other), true, CHARGE_REFUNDED);
        write_session(out, billing, story->package, story->later);
    } else {
        write_session(out, billing, story->package, story->at);
        write_rest(out, billing, story);
    }
}
