/* plans.c - finds a package by what is known of a price, surest first. */
#include "libetl/plans.h"

#include <string.h>

static const struct plan unknown = {PLAN_UNKNOWN, 0};

static bool names_exactly(const struct config_strings *list, struct text text) {
    for (size_t i = 0; i < list->count; i++)
        if (text_is(text, list->text[i]))
            return true;
    return false;
}

static bool names_loosely(const struct config_strings *list, struct text text) {
    char wanted[CONFIG_MAX_NAME + 1], known[CONFIG_MAX_NAME + 1];
    size_t size = text_fold(text, wanted, sizeof wanted);
    for (size_t i = 0; i < list->count && size > 0 && size < sizeof wanted; i++) {
        text_fold((struct text){list->text[i], strlen(list->text[i])}, known, sizeof known);
        if (strcmp(wanted, known) == 0)
            return true;
    }
    return false;
}

int64_t plan_coins(const struct config *config, int64_t hundredths) {
    int decimals = money_decimals(money_currency_of(config->currency, 3));
    return decimals == 0 ? hundredths / 100 : decimals == 3 ? hundredths * 10 : hundredths;
}

static bool fits(const struct config *config, const struct config_package *package, const struct plan_price *price,
                 enum plan_rank rank) {
    switch (rank) {
    case PLAN_BY_PRICE_ID:
        return names_exactly(&package->price_ids, price->id);
    case PLAN_BY_PRODUCT_ID:
        return names_exactly(&package->product_ids, price->product);
    case PLAN_BY_LOOKUP_KEY:
        return names_exactly(&package->lookup_keys, price->lookup_key);
    case PLAN_BY_NICKNAME:
        return names_loosely(&package->nicknames, price->nickname);
    case PLAN_BY_UNIT_AMOUNT:
        return price->unit_amount > 0 && price->unit_amount == plan_coins(config, package->price) &&
               price->currency == money_currency_of(config->currency, 3);
    default:
        return false;
    }
}

struct plan plan_of_price(const struct config *config, const struct plan_price *price) {
    for (unsigned rank = 0; rank < PLAN_UNKNOWN; rank++)
        for (size_t i = 0; i < config->package_count; i++)
            if (fits(config, &config->packages[i], price, (enum plan_rank)rank))
                return (struct plan){(uint8_t)rank, (uint8_t)i};
    return unknown;
}

struct plan plan_of_sum(const struct config *config, int64_t amount, money_currency currency) {
    if (currency != money_currency_of(config->currency, 3))
        return unknown;
    for (size_t i = 0; i < config->package_count; i++) {
        int64_t price = plan_coins(config, config->packages[i].price);
        int64_t with_fee = price + plan_coins(config, config->setup_fee);
        if (amount > 0 && price > 0 && (amount == price || amount == with_fee))
            return (struct plan){PLAN_BY_SUM, (uint8_t)i};
    }
    return unknown;
}

bool plan_is_setup_fee(const struct config *config, int64_t amount, money_currency currency) {
    return amount > 0 && amount == plan_coins(config, config->setup_fee) &&
           currency == money_currency_of(config->currency, 3);
}

struct plan plan_surer(struct plan a, struct plan b) {
    if (a.rank != b.rank)
        return a.rank < b.rank ? a : b;
    return a.package < b.package ? a : b;
}
