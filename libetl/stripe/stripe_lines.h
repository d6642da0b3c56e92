/*
 * stripe_lines.h - which package the lines of a session, invoice or subscription are about.
 *
 * A line names its price as `price` or `plan` (the whole object or an id) or, since 2025-03-31, as
 * `pricing.price_details`.  Lines for a one-time price are never a plan; a proration counts only where
 * nothing else does; of several plans the surest is taken, then the dearest.  A plan for which nothing was asked beside
 * something that was asked for once, as when a trial begins with a set-up fee, is not what was paid for.
 */
#ifndef LIBETL_STRIPE_LINES_H
#define LIBETL_STRIPE_LINES_H

#include <stdbool.h>

#include "libetl/config.h"
#include "libetl/json/tape.h"
#include "libetl/stripe/plans.h"

struct etl_stripe_lines {
    struct etl_plan plan;  /* ETL_PLAN_UNKNOWN where no line tells */
    struct etl_text price; /* id of the price of that line */
    bool has_plan;         /* a line that was paid for is a plan's, known or not */
    bool has_one_time;
};

/* list is a list object, an array, or one object that has a plan of its own; ETL_TAPE_NONE gives nothing. */
void etl_stripe_lines_read(struct etl_stripe_lines *out, const struct etl_config *config, const struct etl_tape *tape,
                           uint32_t list, etl_money_currency currency);

/* The same for one price or plan object. */
void etl_stripe_lines_read_price(struct etl_stripe_lines *out, const struct etl_config *config,
                                 const struct etl_tape *tape, uint32_t price, etl_money_currency currency);

#endif
