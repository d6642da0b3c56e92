/* compact.c - writes a journey as the few objects of the compact layout. */
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

static void send(struct shuffle_buffer *out, struct stripe_ids *ids, const char *template) {
    stripe_ids_render(ids, &ids->line, template);
    shuffle_buffer_send(out, &ids->line);
}

/* The address, only if no reference identifies the payer. */
static void set_details(struct stripe_ids *ids) {
    const char *details = ids->journey->join == JOIN_BY_EMAIL ? "{'email':$email}" : "null";
    fields_set(&ids->fields, "details", "%s", stripe_ids_render(ids, &ids->part, details));
}

static void write_session(struct shuffle_buffer *out, struct stripe_ids *ids, size_t package, unix_time at) {
    struct fields *fields = &ids->fields;
    bool trial = ids->journey->kind == JOURNEY_TRIAL_PAID || ids->journey->kind == JOURNEY_TRIAL_LAPSED;
    stripe_ids_purchase(ids, package);
    stripe_ids_payment(ids, trial ? 0 : stripe_ids_first_amount(ids, package), at);
    fields_borrow(fields, "payment_status", trial ? "no_payment_required" : "paid");
    fields_set(fields, "fee", "%s", stripe_ids_render(ids, &ids->part, stripe_ids_has_fee(ids) ? fee_item : ""));
    send(out, ids, session);
}

enum charge_end { CHARGE_PAID, CHARGE_DECLINED, CHARGE_REFUNDED, CHARGE_PART_REFUNDED, CHARGE_DISPUTED };

/* The charge of the current payment, in its final state. */
static void write_charge(struct shuffle_buffer *out, struct stripe_ids *ids, int64_t amount, bool of_invoice,
                         enum charge_end end) {
    struct fields *fields = &ids->fields;
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
    send(out, ids, charge);
}

static void write_dispute(struct shuffle_buffer *out, struct stripe_ids *ids, int64_t amount, bool lost) {
    write_charge(out, ids, amount, true, CHARGE_DISPUTED);
    stripe_ids_set_id(ids, "dispute", "dp_1", 23);
    fields_set(&ids->fields, "at", "%" PRId64, ids->journey->later);
    fields_borrow(&ids->fields, "status", lost ? "lost" : "won");
    send(out, ids, dispute);
}

/* A later invoice of the same subscription, for another package if that changed. */
static void write_invoice(struct shuffle_buffer *out, struct stripe_ids *ids, size_t package, const char *reason) {
    stripe_ids_name_price(ids, package);
    stripe_ids_payment(ids, stripe_ids_price(ids, package), ids->journey->later);
    fields_borrow(&ids->fields, "reason", reason);
    send(out, ids, invoice);
}

static void write_fee_alone(struct shuffle_buffer *out, struct stripe_ids *ids) {
    stripe_ids_purchase(ids, ids->journey->package);
    stripe_ids_payment(ids, ids->sample->population->config->setup_fee, ids->journey->at);
    send(out, ids, fee_session);
}

static void write_declined(struct shuffle_buffer *out, struct stripe_ids *ids, size_t package) {
    int64_t amount = stripe_ids_first_amount(ids, package);
    stripe_ids_purchase(ids, package);
    stripe_ids_payment(ids, amount, ids->journey->at);
    write_charge(out, ids, amount, true, CHARGE_DECLINED);
}

static void write_bare_charge(struct shuffle_buffer *out, struct stripe_ids *ids) {
    int64_t amount = ids->sample->population->config->packages[0].price;
    stripe_ids_payment(ids, amount, ids->journey->later);
    write_charge(out, ids, amount, false, CHARGE_PAID);
}

/* The card was declined once before the session's invoice was paid. */
static void write_retry(struct shuffle_buffer *out, struct stripe_ids *ids, int64_t amount) {
    stripe_ids_set_id(ids, "charge", "ch_3", 23);
    write_charge(out, ids, amount, true, CHARGE_DECLINED);
}

/* What follows a first session. */
static void write_rest(struct shuffle_buffer *out, struct stripe_ids *ids, const struct journey *journey) {
    int64_t amount = stripe_ids_first_amount(ids, journey->package);
    switch (journey->kind) {
    case JOURNEY_FULL_REFUND:
        write_charge(out, ids, amount, true, CHARGE_REFUNDED);
        break;
    case JOURNEY_PART_REFUND:
        write_charge(out, ids, amount, true, CHARGE_PART_REFUNDED);
        break;
    case JOURNEY_DISPUTE_LOST:
        write_dispute(out, ids, amount, true);
        break;
    case JOURNEY_DISPUTE_WON:
        write_dispute(out, ids, amount, false);
        break;
    case JOURNEY_TRIAL_PAID:
        write_invoice(out, ids, journey->package, "subscription_cycle");
        break;
    case JOURNEY_UPGRADE_IN_PLACE:
        write_invoice(out, ids, journey->other, "subscription_update");
        break;
    case JOURNEY_SECOND_PURCHASE:
        write_session(out, ids, journey->other, journey->later);
        break;
    default:
        if (journey->retried)
            write_retry(out, ids, amount);
        if (journey->bare_charge)
            write_bare_charge(out, ids);
    }
}

void compact_write(struct shuffle_buffer *out, struct stripe_ids *ids, const struct person *person,
                   const struct journey *journey) {
    stripe_ids_customer(ids, person, journey);
    set_details(ids);
    fields_set(&ids->fields, "at", "%" PRId64, journey->at);
    if (journey->join == JOIN_BY_CUSTOMER)
        send(out, ids, customer);
    if (journey->kind == JOURNEY_FAILED) {
        write_declined(out, ids, journey->package);
    } else if (journey->kind == JOURNEY_SETUP_ALONE) {
        write_fee_alone(out, ids);
    } else if (journey->kind == JOURNEY_REFUND_THEN_BUY) {
        write_session(out, ids, journey->other, journey->at);
        write_charge(out, ids, stripe_ids_first_amount(ids, journey->other), true, CHARGE_REFUNDED);
        write_session(out, ids, journey->package, journey->later);
    } else {
        write_session(out, ids, journey->package, journey->at);
        write_rest(out, ids, journey);
    }
}
