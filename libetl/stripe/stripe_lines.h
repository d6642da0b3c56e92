/*
 * stripe_lines.h - finds the package in the lines of a session, invoice or subscription.
 *
 * A line names its price as `price` or `plan` (the full object or an id) or, since 2025-03-31, as
 * `pricing.price_details`. Lines with a one-time price are never a plan.  A proration counts only if nothing else
 * does.  Of several plans the most certain is taken, then the most expensive.  If a plan is free but a one-time line
 * is charged, as when a trial begins with a set-up fee, the plan was not paid for.
 */
#ifndef LIBETL_STRIPE_LINES_H
#define LIBETL_STRIPE_LINES_H

#include <stdbool.h>

#include "libetl/config.h"
#include "libetl/json/tape.h"
#include "libetl/stripe/plans.h"

struct etl_stripe_lines {
    struct etl_plan plan;  /* ETL_PLAN_UNKNOWN if no line says */
    struct etl_text price; /* id of the price of that line */
    bool has_plan;         /* a paid line has a plan, known or not */
    bool has_one_time;
};

/* list is a list object, an array, or one object with a plan; ETL_TAPE_NONE gives nothing. */
void etl_stripe_lines_read(struct etl_stripe_lines *out, const struct etl_config *config, const struct etl_tape *tape,
                           uint32_t list, etl_money_currency currency);

/* The same for one price or plan object. */
void etl_stripe_lines_read_price(struct etl_stripe_lines *out, const struct etl_config *config,
                                 const struct etl_tape *tape, uint32_t price, etl_money_currency currency);

#endif
