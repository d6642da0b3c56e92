/* stripe_ids.c - gives a journey ids and amounts as Stripe would. */
#include "services/sample/stripe_ids.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ID = 80 };

struct stripe_ids *stripe_ids_new(const struct sample *sample) {
    struct stripe_ids *ids = calloc(1, sizeof *ids);
    if (ids != NULL)
        ids->sample = sample;
    return ids;
}

bool stripe_ids_failed(const struct stripe_ids *ids) {
    return ids->failed || ids->part.failed;
}

void stripe_ids_free(struct stripe_ids *ids) {
    if (ids == NULL)
        return;
    strbuf_done(&ids->object);
    strbuf_done(&ids->part);
    strbuf_done(&ids->expanded);
    strbuf_done(&ids->line);
    free(ids);
}

const char *stripe_ids_render(struct stripe_ids *ids, struct strbuf *out, const char *template) {
    strbuf_clear(out);
    template_render(out, template, &ids->fields);
    ids->failed = ids->failed || out->failed;
    return strbuf_text(out);
}

/* ---- ids ---- */

static void make_id(struct rng *rng, char *out, const char *prefix, size_t digits) {
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    size_t length = strlen(prefix);
    assert(length + digits < MAX_ID);
    memcpy(out, prefix, length);
    for (uint64_t left = 0, random = 0; digits > 0; digits--, left--, random /= 62) {
        if (left == 0) {
            random = rng_next(rng);
            left = 10; /* 62^10 < 2^64 */
        }
        out[length++] = alphabet[random % 62];
    }
    out[length] = '\0';
}

void stripe_ids_set_id(struct stripe_ids *ids, const char *name, const char *prefix, size_t digits) {
    char id[MAX_ID];
    make_id(&ids->id_rng, id, prefix, digits);
    fields_set(&ids->fields, name, "%s", id);
}

/* ---- the customer ---- */

/* An address as people type it: the same one, in some other case. */
static void vary_case(char *email, struct rng *rng) {
    uint64_t how = rng_below(rng, 3);
    for (size_t i = 0; email[i] != '\0'; i++)
        if (how == 0 || (how == 1 && (i == 0 || email[i - 1] == '.')))
            email[i] = (char)toupper((unsigned char)email[i]);
}

/* The payer's address: the lead's, in any case; or another one if the reference identifies the lead. */
static void set_email(struct stripe_ids *ids) {
    const struct journey *journey = ids->journey;
    char email[80];
    person_email(ids->person, email);
    vary_case(email, &ids->style_rng);
    if (journey->join == JOIN_BY_REFERENCE && journey->other_payer)
        snprintf(email, sizeof email, "billing.%" PRIu64 "@example.net", ids->person->number);
    fields_set(&ids->fields, "known_email", "\"%s\"", email);
    fields_set(&ids->fields, "email", journey->join == JOIN_BY_CUSTOMER ? "null" : "\"%s\"", email);
}

static const char *draw_method(struct rng *rng) {
    uint64_t ticket = rng_below(rng, 100);
    return ticket < 88 ? "card" : ticket < 95 ? "link" : "us_bank_account";
}

void stripe_ids_customer(struct stripe_ids *ids, const struct person *person, const struct journey *journey) {
    struct fields *fields = &ids->fields;
    ids->person = person;
    ids->journey = journey;
    ids->id_rng = rng_begin(ids->sample->seed, RNG_STRIPE_IDS, person->number);
    ids->style_rng = rng_begin(ids->sample->seed, RNG_STRIPE_STYLE, person->number);
    fields_clear(fields);
    stripe_ids_set_id(ids, "customer", "cus_", 14);
    set_email(ids);
    fields_set(fields, "reference", journey->join == JOIN_BY_REFERENCE ? "\"%s\"" : "null", person->id);
    fields_set(fields, "name", "%s %s", person_first_name(person), person_last_name(person));
    fields_borrow(fields, "live", journey->kind == JOURNEY_TEST_MODE ? "false" : "true");
    fields_borrow(fields, "mode", journey->kind == JOURNEY_TEST_MODE ? "test" : "live");
    fields_borrow(fields, "method", draw_method(&ids->style_rng));
    fields_borrow(fields, "currency", ids->sample->population->config->currency);
}

/* ---- the purchase ---- */

static const char *first_of(const struct etl_config_strings *list) {
    return list->count > 0 ? list->text[0] : NULL;
}

/*
 * A price has a lookup key or nickname if the configuration has one, and neither if only the amount identifies it.
 */
void stripe_ids_name_price(struct stripe_ids *ids, size_t package) {
    const struct etl_config_package *config = &ids->sample->population->config->packages[package];
    enum journey_plan plan = ids->journey->plan;
    const char *lookup_key = plan == PLAN_BY_LOOKUP_KEY ? first_of(&config->lookup_keys) : NULL;
    const char *nickname = plan == PLAN_BY_NICKNAME ? first_of(&config->nicknames) : NULL;
    const char *price = first_of(&config->price_ids), *product = first_of(&config->product_ids);
    char id[MAX_ID];
    /* The same package and kind of name is the same price in Stripe for all buyers. */
    struct rng catalogue = rng_begin(0, RNG_STRIPE_IDS, UINT64_MAX - 1 - package * 4 - (uint64_t)plan);
    make_id(&catalogue, id, "price_1", 23);
    fields_set(&ids->fields, "price", "%s", price != NULL && plan != PLAN_BY_AMOUNT ? price : id);
    make_id(&catalogue, id, "prod_", 14);
    fields_set(&ids->fields, "product", "%s", product != NULL && plan != PLAN_BY_AMOUNT ? product : id);
    struct rng fee = rng_begin(0, RNG_STRIPE_IDS, UINT64_MAX);
    make_id(&fee, id, "price_1", 23);
    fields_set(&ids->fields, "fee_price", "%s", id);
    fields_set(&ids->fields, "lookup_key", lookup_key != NULL ? "\"%s\"" : "null", lookup_key);
    fields_set(&ids->fields, "nickname", nickname != NULL ? "\"%s\"" : "null", nickname);
    fields_set(&ids->fields, "unit_amount", "%" PRId64, config->price);
}

void stripe_ids_purchase(struct stripe_ids *ids, size_t package) {
    char prefix[16];
    snprintf(prefix, sizeof prefix, "cs_%s_a1", ids->journey->kind == JOURNEY_TEST_MODE ? "test" : "live");
    stripe_ids_set_id(ids, "session", prefix, 24);
    stripe_ids_set_id(ids, "subscription", "sub_1", 23);
    stripe_ids_set_id(ids, "item", "si_", 14);
    stripe_ids_name_price(ids, package);
}

int64_t stripe_ids_price(const struct stripe_ids *ids, size_t package) {
    int64_t price = ids->sample->population->config->packages[package].price;
    return ids->journey->discount ? price - price / 10 : price;
}

bool stripe_ids_has_fee(const struct stripe_ids *ids) {
    enum journey_kind kind = ids->journey->kind;
    return ids->journey->setup_fee && kind != JOURNEY_TRIAL_PAID && kind != JOURNEY_TRIAL_LAPSED &&
           ids->sample->population->config->setup_fee > 0;
}

int64_t stripe_ids_first_amount(const struct stripe_ids *ids, size_t package) {
    int64_t fee = ids->sample->population->config->setup_fee;
    return stripe_ids_price(ids, package) + (stripe_ids_has_fee(ids) ? fee : 0);
}

void stripe_ids_payment(struct stripe_ids *ids, int64_t amount, unix_time at) {
    stripe_ids_set_id(ids, "invoice", "in_1", 23);
    stripe_ids_set_id(ids, "invoice_line", "il_1", 23);
    stripe_ids_set_id(ids, "intent", "pi_3", 23);
    stripe_ids_set_id(ids, "charge", "ch_3", 23);
    fields_set(&ids->fields, "amount", "%" PRId64, amount);
    fields_set(&ids->fields, "at", "%" PRId64, at);
}
