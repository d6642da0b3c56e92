/* stripe.c - names and numbers a story as Stripe would. */
#include "services/sample/stripe.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/sample/mess.h"

enum { MAX_ID = 80 };

struct stripe *stripe_new(const struct sample *sample) {
    struct stripe *stripe = calloc(1, sizeof *stripe);
    if (stripe != NULL)
        stripe->sample = sample;
    return stripe;
}

void stripe_free(struct stripe *stripe) {
    if (stripe == NULL)
        return;
    buffer_done(&stripe->object);
    buffer_done(&stripe->part);
    buffer_done(&stripe->line);
    free(stripe);
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

void stripe_set_id(struct stripe *stripe, const char *name, const char *prefix, size_t digits) {
    char id[MAX_ID];
    make_id(&stripe->ids, id, prefix, digits);
    fields_set(&stripe->fields, name, "%s", id);
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
static void set_email(struct stripe *stripe) {
    const struct story *story = stripe->story;
    char email[80];
    person_email(stripe->person, email);
    vary_case(email, &stripe->look);
    if (story->join == JOIN_BY_REFERENCE && story->other_payer)
        snprintf(email, sizeof email, "billing.%" PRIu64 "@example.net", stripe->person->number);
    fields_set(&stripe->fields, "known_email", "\"%s\"", email);
    fields_set(&stripe->fields, "email", story->join == JOIN_BY_CUSTOMER ? "null" : "\"%s\"", email);
}

static const char *draw_method(struct draw *draw) {
    uint64_t ticket = draw_below(draw, 100);
    return ticket < 88 ? "card" : ticket < 95 ? "link" : "us_bank_account";
}

void stripe_customer(struct stripe *stripe, const struct person *person, const struct story *story) {
    struct fields *fields = &stripe->fields;
    stripe->person = person;
    stripe->story = story;
    stripe->ids = draw_begin(stripe->sample->seed, DRAW_STRIPE_IDS, person->number);
    stripe->look = draw_begin(stripe->sample->seed, DRAW_STRIPE_LOOK, person->number);
    fields_clear(fields);
    stripe_set_id(stripe, "customer", "cus_", 14);
    set_email(stripe);
    fields_set(fields, "reference", story->join == JOIN_BY_REFERENCE ? "\"%s\"" : "null", person->id);
    fields_set(fields, "name", "%s %s", person_first_name(person), person_last_name(person));
    fields_borrow(fields, "live", story->kind == STORY_TEST_MODE ? "false" : "true");
    fields_borrow(fields, "mode", story->kind == STORY_TEST_MODE ? "test" : "live");
    fields_borrow(fields, "method", draw_method(&stripe->look));
    fields_borrow(fields, "currency", stripe->sample->world->config->currency);
}

/* ---- the purchase ---- */

static const char *first_of(const struct config_strings *list) {
    return list->count > 0 ? list->text[0] : NULL;
}

/* A price is named by lookup key or nickname where the configuration knows one, by neither where only the amount tells. */
void stripe_name_price(struct stripe *stripe, size_t package) {
    const struct config_package *config = &stripe->sample->world->config->packages[package];
    enum story_plan plan = stripe->story->plan;
    const char *lookup_key = plan == PLAN_BY_LOOKUP_KEY ? first_of(&config->lookup_keys) : NULL;
    const char *nickname = plan == PLAN_BY_NICKNAME ? first_of(&config->nicknames) : NULL;
    const char *price = first_of(&config->price_ids), *product = first_of(&config->product_ids);
    char id[MAX_ID];
    /* The same package and manner of naming is the same price to Stripe, whoever buys. */
    struct draw catalogue = draw_begin(0, DRAW_STRIPE_IDS, UINT64_MAX - 1 - package * 4 - (uint64_t)plan);
    make_id(&catalogue, id, "price_1", 23);
    fields_set(&stripe->fields, "price", "%s", price != NULL && plan != PLAN_BY_AMOUNT ? price : id);
    make_id(&catalogue, id, "prod_", 14);
    fields_set(&stripe->fields, "product", "%s", product != NULL && plan != PLAN_BY_AMOUNT ? product : id);
    struct draw fee = draw_begin(0, DRAW_STRIPE_IDS, UINT64_MAX);
    make_id(&fee, id, "price_1", 23);
    fields_set(&stripe->fields, "fee_price", "%s", id);
    fields_set(&stripe->fields, "lookup_key", lookup_key != NULL ? "\"%s\"" : "null", lookup_key);
    fields_set(&stripe->fields, "nickname", nickname != NULL ? "\"%s\"" : "null", nickname);
    fields_set(&stripe->fields, "unit_amount", "%" PRId64, config->price);
}

void stripe_purchase(struct stripe *stripe, size_t package) {
    char prefix[16];
    snprintf(prefix, sizeof prefix, "cs_%s_a1", stripe->story->kind == STORY_TEST_MODE ? "test" : "live");
    stripe_set_id(stripe, "session", prefix, 24);
    stripe_set_id(stripe, "subscription", "sub_1", 23);
    stripe_set_id(stripe, "item", "si_", 14);
    stripe_set_id(stripe, "line_item", "li_1", 23);
    stripe_set_id(stripe, "fee_item", "li_1", 23);
    stripe_name_price(stripe, package);
}

int64_t stripe_price(const struct stripe *stripe, size_t package) {
    int64_t price = stripe->sample->world->config->packages[package].price;
    return stripe->story->discount ? price - price / 10 : price;
}

bool stripe_has_fee(const struct stripe *stripe) {
    enum story_kind kind = stripe->story->kind;
    return stripe->story->setup_fee && kind != STORY_TRIAL_PAID && kind != STORY_TRIAL_LAPSED &&
           stripe->sample->world->config->setup_fee > 0;
}

int64_t stripe_first_amount(const struct stripe *stripe, size_t package) {
    int64_t fee = stripe->sample->world->config->setup_fee;
    return stripe_price(stripe, package) + (stripe_has_fee(stripe) ? fee : 0);
}

void stripe_payment(struct stripe *stripe, int64_t amount, moment at) {
    stripe_set_id(stripe, "invoice", "in_1", 23);
    stripe_set_id(stripe, "invoice_line", "il_1", 23);
    stripe_set_id(stripe, "fee_line", "il_1", 23);
    stripe_set_id(stripe, "intent", "pi_3", 23);
    stripe_set_id(stripe, "charge", "ch_3", 23);
    fields_set(&stripe->fields, "amount", "%" PRId64, amount);
    fields_set(&stripe->fields, "at", "%" PRId64, at);
}
