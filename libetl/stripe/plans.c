/* plans.c - finds a package by what is known of a price, the most certain rule first. */
#include "libetl/stripe/plans.h"

#include <string.h>

static const struct etl_plan unknown = {ETL_PLAN_UNKNOWN, 0};

static bool names_exactly(const struct etl_config_strings *list, struct etl_text text) {
    for (size_t i = 0; i < list->count; i++)
        if (etl_text_is(text, list->text[i]))
            return true;
    return false;
}

static bool names_loosely(const struct etl_config_strings *list, struct etl_text text) {
    char wanted[ETL_CONFIG_MAX_NAME + 1], known[ETL_CONFIG_MAX_NAME + 1];
    size_t size = etl_text_fold(text, wanted, sizeof wanted);
    for (size_t i = 0; i < list->count && size > 0 && size < sizeof wanted; i++) {
        etl_text_fold((struct etl_text){list->text[i], strlen(list->text[i])}, known, sizeof known);
        if (strcmp(wanted, known) == 0)
            return true;
    }
    return false;
}

int64_t etl_plan_minor_units(const struct etl_config *config, int64_t hundredths) {
    int decimals = etl_money_decimals(etl_money_currency_of(config->currency, 3));
    return decimals == 0 ? hundredths / 100 : decimals == 3 ? hundredths * 10 : hundredths;
}

static bool fits(const struct etl_config *config, const struct etl_config_package *package,
                 const struct etl_plan_price *price, enum etl_plan_rank rank) {
    switch (rank) {
    case ETL_PLAN_BY_PRICE_ID:
        return names_exactly(&package->price_ids, price->id);
    case ETL_PLAN_BY_PRODUCT_ID:
        return names_exactly(&package->product_ids, price->product);
    case ETL_PLAN_BY_LOOKUP_KEY:
        return names_exactly(&package->lookup_keys, price->lookup_key);
    case ETL_PLAN_BY_NICKNAME:
        return names_loosely(&package->nicknames, price->nickname);
    case ETL_PLAN_BY_UNIT_AMOUNT:
        return price->unit_amount > 0 && price->unit_amount == etl_plan_minor_units(config, package->price) &&
               price->currency == etl_money_currency_of(config->currency, 3);
    default:
        return false;
    }
}

struct etl_plan etl_plan_of_price(const struct etl_config *config, const struct etl_plan_price *price) {
    for (unsigned rank = 0; rank < ETL_PLAN_UNKNOWN; rank++)
        for (size_t i = 0; i < config->package_count; i++)
            if (fits(config, &config->packages[i], price, (enum etl_plan_rank)rank))
                return (struct etl_plan){(uint8_t)rank, (uint8_t)i};
    return unknown;
}

struct etl_plan etl_plan_of_sum(const struct etl_config *config, int64_t amount, etl_money_currency currency) {
    if (currency != etl_money_currency_of(config->currency, 3))
        return unknown;
    for (size_t i = 0; i < config->package_count; i++) {
        int64_t price = etl_plan_minor_units(config, config->packages[i].price);
        int64_t with_fee = price + etl_plan_minor_units(config, config->setup_fee);
        if (amount > 0 && price > 0 && (amount == price || amount == with_fee))
            return (struct etl_plan){ETL_PLAN_BY_SUM, (uint8_t)i};
    }
    return unknown;
}

bool etl_plan_is_setup_fee(const struct etl_config *config, int64_t amount, etl_money_currency currency) {
    return amount > 0 && amount == etl_plan_minor_units(config, config->setup_fee) &&
           currency == etl_money_currency_of(config->currency, 3);
}

struct etl_plan etl_plan_more_certain(struct etl_plan a, struct etl_plan b) {
    if (a.rank != b.rank)
        return a.rank < b.rank ? a : b;
    return a.package < b.package ? a : b;
}
