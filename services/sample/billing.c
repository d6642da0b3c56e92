/* billing.c - names and numbers a story as Stripe would. */
#include "services/sample/billing.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ID = 80 };

struct billing *billing_new(const struct sample *sample) {
    struct billing *billing = calloc(1, sizeof *billing);
    if (billing != NULL)
        billing->sample = sample;
    return billing;
}

bool billing_failed(const struct billing *billing) {
    return billing->object.failed || billing->part.failed || billing->expanded.failed || billing->line.failed;
}

void billing_free(struct billing *billing) {
    if (billing == NULL)
        return;
    buffer_done(&billing->object);
    buffer_done(&billing->part);
    buffer_done(&billing->expanded);
    buffer_done(&billing->line);
    free(billing);
}

/* ---- ids ---- */

static void make_id(struct draw *draw, char *out, const char *prefix, size_t digits) {
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    size_t length = strlen(prefix);
    assert(length + digits < MAX_ID);
    memcpy(out, prefix, length);
    for (uint64_t left = 0, random = 0; digits > 0; digits--, left--, random /= 62) {
        if (left == 0) {
            random = draw_next(draw);
            left = 10; /* 62^10 < 2^64 */
        }
        out[length++] = alphabet[random % 62];
    }
    out[length] = '\0';
}

void billing_set_id(struct billing *billing, const char *name, const char *prefix, size_t digits) {
    char id[MAX_ID];
    make_id(&billing->ids, id, prefix, digits);
    fields_set(&billing->fields, name, "%s", id);
}

/* ---- the customer ---- */

/* An address as people type it: the same one, in some other case. */
static void vary_case(char *email, struct draw *draw) {
    uint64_t how = draw_below(draw, 3);
    for (size_t i = 0; email[i] != '\0'; i++)
        if (how == 0 || (how == 1 && (i == 0 || email[i - 1] == '.')))
            email[i] = (char)toupper((unsigned char)email[i]);
}

/* The payer's address: the lead's in any case, or one that the forms never saw where the reference tells. */
static void set_email(struct billing *billing) {
    const struct story *story = billing->story;
    char email[80];
    person_email(billing->person, email);
    vary_case(email, &billing->look);
    if (story->join == JOIN_BY_REFERENCE && story->other_payer)
        snprintf(email, sizeof email, "billing.%" PRIu64 "@example.net", billing->person->number);
    fields_set(&billing->fields, "known_email", "\"%s\"", email);
    fields_set(&billing->fields, "email", story->join == JOIN_BY_CUSTOMER ? "null" : "\"%s\"", email);
}

static const char *draw_method(struct draw *draw) {
    uint64_t ticket = draw_below(draw, 100);
    return ticket < 88 ? "card" : ticket < 95 ? "link" : "us_bank_account";
}

void billing_customer(struct billing *billing, const struct person *person, const struct story *story) {
    struct fields *fields = &billing->fields;
    billing->person = person;
    billing->story = story;
    billing->ids = draw_begin(billing->sample->seed, DRAW_STRIPE_IDS, person->number);
    billing->look = draw_begin(billing->sample->seed, DRAW_STRIPE_LOOK, person->number);
    fields_clear(fields);
    billing_set_id(billing, "customer", "cus_", 14);
    set_email(billing);
    fields_set(fields, "reference", story->join == JOIN_BY_REFERENCE ? "\"%s\"" : "null", person->id);
    fields_set(fields, "name", "%s %s", person_first_name(person), person_last_name(person));
    fields_borrow(fields, "live", story->kind == STORY_TEST_MODE ? "false" : "true");
    fields_borrow(fields, "mode", story->kind == STORY_TEST_MODE ? "test" : "live");
    fields_borrow(fields, "method", draw_method(&billing->look));
    fields_borrow(fields, "currency", billing->sample->world->config->currency);
}

/* ---- the purchase ---- */

static const char *first_of(const struct config_strings *list) {
    return list->count > 0 ? list->text[0] : NULL;
}

/* A price is named by lookup key or nickname where the configuration knows one, by neither where only the amount tells.
 */
void billing_name_price(struct billing *billing, size_t package) {
    const struct config_package *config = &billing->sample->world->config->packages[package];
    enum story_plan plan = billing->story->plan;
    const char *lookup_key = plan == PLAN_BY_LOOKUP_KEY ? first_of(&config->lookup_keys) : NULL;
    const char *nickname = plan == PLAN_BY_NICKNAME ? first_of(&config->nicknames) : NULL;
    const char *price = first_of(&config->price_ids), *product = first_of(&config->product_ids);
    char id[MAX_ID];
    /* The same package and manner of naming is the same price to Stripe, whoever buys. */
    struct draw catalogue = draw_begin(0, DRAW_STRIPE_IDS, UINT64_MAX - 1 - package * 4 - (uint64_t)plan);
    make_id(&catalogue, id, "price_1", 23);
    fields_set(&billing->fields, "price", "%s", price != NULL && plan != PLAN_BY_AMOUNT ? price : id);
    make_id(&catalogue, id, "prod_", 14);
    fields_set(&billing->fields, "product", "%s", product != NULL && plan != PLAN_BY_AMOUNT ? product : id);
    struct draw fee = draw_begin(0, DRAW_STRIPE_IDS, UINT64_MAX);
    make_id(&fee, id, "price_1", 23);
    fields_set(&billing->fields, "fee_price", "%s", id);
    fields_set(&billing->fields, "lookup_key", lookup_key != NULL ? "\"%s\"" : "null", lookup_key);
    fields_set(&billing->fields, "nickname", nickname != NULL ? "\"%s\"" : "null", nickname);
    fields_set(&billing->fields, "unit_amount", "%" PRId64, config->price);
}

void billing_purchase(struct billing *billing, size_t package) {
    char prefix[16];
    snprintf(prefix, sizeof prefix, "cs_%s_a1", billing->story->kind == STORY_TEST_MODE ? "test" : "live");
    billing_set_id(billing, "session", prefix, 24);
    billing_set_id(billing, "subscription", "sub_1", 23);
    billing_set_id(billing, "item", "si_", 14);
    billing_name_price(billing, package);
}

int64_t billing_price(const struct billing *billing, size_t package) {
    int64_t price = billing->sample->world->config->packages[package].price;
    return billing->story->discount ? price - price / 10 : price;
}

bool billing_has_fee(const struct billing *billing) {
    enum story_kind kind = billing->story->kind;
    return billing->story->setup_fee && kind != STORY_TRIAL_PAID && kind != STORY_TRIAL_LAPSED &&
           billing->sample->world->config->setup_fee > 0;
}

int64_t billing_first_amount(const struct billing *billing, size_t package) {
    int64_t fee = billing->sample->world->config->setup_fee;
    return billing_price(billing, package) + (billing_has_fee(billing) ? fee : 0);
}

void billing_payment(struct billing *billing, int64_t amount, moment at) {
    billing_set_id(billing, "invoice", "in_1", 23);
    billing_set_id(billing, "invoice_line", "il_1", 23);
    billing_set_id(billing, "intent", "pi_3", 23);
    billing_set_id(billing, "charge", "ch_3", 23);
    fields_set(&billing->fields, "amount", "%" PRId64, amount);
    fields_set(&billing->fields, "at", "%" PRId64, at);
}
