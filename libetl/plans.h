/*
 * plans.h - which package a Stripe price means.
 *
 * In order: price id, product id, lookup key, nickname (case and punctuation aside), then - in the
 * configuration's currency only - the monthly amount of a recurring line, and last the sum paid, with or
 * without the set-up fee.  The lower the rank, the surer.
 */
#ifndef LIBETL_PLANS_H
#define LIBETL_PLANS_H

#include <stddef.h>
#include <stdint.h>

#include "libetl/config.h"
#include "libetl/money.h"
#include "libetl/text.h"

enum plan_rank {
    PLAN_BY_PRICE_ID,
    PLAN_BY_PRODUCT_ID,
    PLAN_BY_LOOKUP_KEY,
    PLAN_BY_NICKNAME,
    PLAN_LEARNED, /* another record spelt this price out */
    PLAN_BY_UNIT_AMOUNT,
    PLAN_BY_SUM,
    PLAN_UNKNOWN
};

/* What is known of a price; what is not is empty or 0. */
struct plan_price {
    struct text id, product, lookup_key, nickname;
    int64_t unit_amount; /* minor unit, a month */
    money_currency currency;
};

struct plan {
    uint8_t rank;    /* enum plan_rank */
    uint8_t package; /* its class number, unless PLAN_UNKNOWN */
};

struct plan plan_of_price(const struct config *config, const struct plan_price *price);
struct plan plan_of_sum(const struct config *config, int64_t amount, money_currency currency);

/* Money of the configuration as Stripe counts it: in the smallest coin of the configuration's currency, which is its
 * hundredth, or the whole (JPY), or its thousandth (KWD). */
int64_t plan_coins(const struct config *config, int64_t hundredths);

/* Whether a sum is the set-up fee and nothing else. */
bool plan_is_setup_fee(const struct config *config, int64_t amount, money_currency currency);

/* The surer of two, the same whichever comes first. */
struct plan plan_surer(struct plan a, struct plan b);

#endif
