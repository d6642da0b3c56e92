/*
 * plans.h - finds the package of a Stripe price.
 *
 * By, in this order: price id, product id, lookup key, nickname (ignoring case and punctuation), then - in the
 * configuration's currency only - the monthly amount of a recurring line, and last the amount paid, with or without
 * the set-up fee.  A lower rank is more certain.
 */
#ifndef LIBETL_PLANS_H
#define LIBETL_PLANS_H

#include <stddef.h>
#include <stdint.h>

#include "libetl/base/money.h"
#include "libetl/base/text.h"
#include "libetl/config.h"

enum etl_plan_rank {
    ETL_PLAN_BY_PRICE_ID,
    ETL_PLAN_BY_PRODUCT_ID,
    ETL_PLAN_BY_LOOKUP_KEY,
    ETL_PLAN_BY_NICKNAME,
    ETL_PLAN_LEARNED, /* another record contained this price in full */
    ETL_PLAN_BY_UNIT_AMOUNT,
    ETL_PLAN_BY_SUM,
    ETL_PLAN_UNKNOWN
};

/* What is known of a price; unknown values are empty or 0. */
struct etl_plan_price {
    struct etl_text id, product, lookup_key, nickname;
    int64_t unit_amount; /* minor units per month */
    etl_money_currency currency;
};

struct etl_plan {
    uint8_t rank;    /* enum etl_plan_rank */
    uint8_t package; /* its class number, unless ETL_PLAN_UNKNOWN */
};

struct etl_plan etl_plan_of_price(const struct etl_config *config, const struct etl_plan_price *price);
struct etl_plan etl_plan_of_sum(const struct etl_config *config, int64_t amount, etl_money_currency currency);

/*
 * An amount of the configuration in Stripe's minor units of its currency: hundredths, units (JPY) or thousandths
 * (KWD).
 */
int64_t etl_plan_minor_units(const struct etl_config *config, int64_t hundredths);

/* Whether an amount is the set-up fee and nothing else. */
bool etl_plan_is_setup_fee(const struct etl_config *config, int64_t amount, etl_money_currency currency);

/* The more certain of two plans; the result does not depend on their order. */
struct etl_plan etl_plan_more_certain(struct etl_plan a, struct etl_plan b);

#endif
