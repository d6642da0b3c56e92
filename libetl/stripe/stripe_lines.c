/* stripe_lines.c - finds the line with the plan. */
#include "libetl/stripe/stripe_lines.h"

/* What one line says. */
struct price_line {
    struct etl_plan_price price;
    struct etl_plan plan;
    bool one_time, proration, free; /* nothing was charged for it, as in a trial */
    int64_t amount;
};

/* A price as an object, or only its id. */
static void read_price(struct price_line *line, const struct etl_tape *tape, uint32_t price) {
    struct etl_plan_price *p = &line->price;
    if (etl_tape_is(tape, price, ETL_TAPE_TEXT)) {
        p->id = etl_tape_text(tape, price);
        return;
    }
    uint32_t product = etl_tape_member(tape, price, ETL_TAPE_product);
    struct etl_text currency = etl_tape_member_text(tape, price, ETL_TAPE_currency);
    p->id = etl_tape_member_text(tape, price, ETL_TAPE_id);
    p->product = etl_tape_is(tape, product, ETL_TAPE_OBJECT) ? etl_tape_member_text(tape, product, ETL_TAPE_id)
                                                             : etl_tape_text(tape, product);
    p->lookup_key = etl_tape_member_text(tape, price, ETL_TAPE_lookup_key);
    p->nickname = etl_tape_member_text(tape, price, ETL_TAPE_nickname);
    p->unit_amount = etl_tape_member_integer(tape, price, ETL_TAPE_unit_amount,
                                             etl_tape_member_integer(tape, price, ETL_TAPE_amount, 0));
    line->one_time = etl_text_is(etl_tape_member_text(tape, price, ETL_TAPE_type), "one_time");
    if (currency.size > 0)
        p->currency = etl_money_currency_of(currency.at, currency.size);
}

/* "35000" or "35000.00": an amount in minor units, which may have decimals. */
static int64_t integer_part(struct etl_text text) {
    int64_t value = 0;
    for (size_t i = 0; i < text.size && text.at[i] != '.'; i++) {
        if (text.at[i] < '0' || text.at[i] > '9' || value > INT64_MAX / 100)
            return 0;
        value = value * 10 + (text.at[i] - '0');
    }
    return value;
}

static void read_pricing(struct price_line *line, const struct etl_tape *tape, uint32_t pricing) {
    uint32_t details = etl_tape_member(tape, pricing, ETL_TAPE_price_details),
             price = etl_tape_member(tape, details, ETL_TAPE_price);
    struct etl_text product = etl_tape_member_text(tape, details, ETL_TAPE_product);
    read_price(line, tape, price);
    if (line->price.product.size == 0)
        line->price.product = product;
    if (line->price.unit_amount == 0)
        line->price.unit_amount = integer_part(etl_tape_member_text(tape, pricing, ETL_TAPE_unit_amount_decimal));
}

static bool is_proration(const struct etl_tape *tape, uint32_t item) {
    uint32_t details =
        etl_tape_member(tape, etl_tape_member(tape, item, ETL_TAPE_parent), ETL_TAPE_subscription_item_details);
    return etl_tape_member_is(tape, item, ETL_TAPE_proration, ETL_TAPE_TRUE) ||
           etl_tape_member_is(tape, details, ETL_TAPE_proration, ETL_TAPE_TRUE);
}

/* A line of an invoice item is an extra, unless its price is recurring. */
static bool is_extra(const struct etl_tape *tape, uint32_t item, uint32_t price) {
    struct etl_text type = etl_tape_member_text(tape, item, ETL_TAPE_type);
    struct etl_text parent = etl_tape_member_text(tape, etl_tape_member(tape, item, ETL_TAPE_parent), ETL_TAPE_type);
    bool recurs = etl_text_is(etl_tape_member_text(tape, price, ETL_TAPE_type), "recurring");
    return !recurs && (etl_text_is(type, "invoiceitem") || etl_text_is(parent, "invoice_item_details"));
}

static void read_line(struct price_line *line, const struct etl_config *config, const struct etl_tape *tape,
                      uint32_t item, etl_money_currency currency) {
    uint32_t price = etl_tape_member(tape, item, ETL_TAPE_price), plan = etl_tape_member(tape, item, ETL_TAPE_plan);
    uint32_t pricing = etl_tape_member(tape, item, ETL_TAPE_pricing);
    const struct etl_text none = {"", 0};
    *line = (struct price_line){.price = {none, none, none, none, 0, currency}};
    if (etl_tape_is(tape, price, ETL_TAPE_OBJECT) || etl_tape_is(tape, price, ETL_TAPE_TEXT))
        read_price(line, tape, price);
    else if (etl_tape_is(tape, plan, ETL_TAPE_OBJECT) || etl_tape_is(tape, plan, ETL_TAPE_TEXT))
        read_price(line, tape, plan);
    else
        read_pricing(line, tape, pricing);
    line->one_time |= is_extra(tape, item, price);
    line->proration = is_proration(tape, item);
    uint32_t asked = etl_tape_member(tape, item, ETL_TAPE_amount);
    if (asked == ETL_TAPE_NONE)
        asked = etl_tape_member(tape, item, ETL_TAPE_amount_total);
    line->amount = etl_tape_integer(tape, asked, line->price.unit_amount);
    line->free = etl_tape_is(tape, asked, ETL_TAPE_INTEGER) && line->amount == 0;
    line->plan = etl_plan_of_price(config, &line->price);
}

static bool is_better(const struct price_line *a, const struct price_line *b) {
    if (a->proration != b->proration)
        return b->proration;
    if (a->plan.rank != b->plan.rank)
        return a->plan.rank < b->plan.rank;
    if (a->amount != b->amount)
        return a->amount > b->amount;
    return a->plan.package < b->plan.package;
}

static bool is_empty_line(const struct price_line *line) {
    return line->price.id.size == 0 && line->price.product.size == 0 && line->price.unit_amount == 0;
}

void etl_stripe_lines_read(struct etl_stripe_lines *out, const struct etl_config *config, const struct etl_tape *tape,
                           uint32_t list, etl_money_currency currency) {
    struct price_line best = {.plan = {ETL_PLAN_UNKNOWN, 0}}, line;
    uint32_t items = etl_tape_is(tape, list, ETL_TAPE_ARRAY) ? list : etl_tape_member(tape, list, ETL_TAPE_data);
    bool alone = !etl_tape_is(tape, items, ETL_TAPE_ARRAY), plan_is_free = true;
    *out = (struct etl_stripe_lines){.plan = {ETL_PLAN_UNKNOWN, 0}, .price = {"", 0}};
    for (uint32_t at = alone ? list : etl_tape_first(tape, items); at != ETL_TAPE_NONE;
         at = alone ? ETL_TAPE_NONE : etl_tape_next(tape, items, at)) {
        read_line(&line, config, tape, at, currency);
        if (is_empty_line(&line))
            continue;
        plan_is_free = plan_is_free && (line.one_time || line.free);
        if (line.one_time)
            out->has_one_time = true;
        else if (!out->has_plan || is_better(&line, &best)) {
            out->has_plan = true;
            best = line;
        }
    }
    if (plan_is_free && out->has_one_time)
        out->has_plan = false;
    if (out->has_plan) {
        out->plan = best.plan;
        out->price = best.price.id;
    }
}

void etl_stripe_lines_read_price(struct etl_stripe_lines *out, const struct etl_config *config,
                                 const struct etl_tape *tape, uint32_t price, etl_money_currency currency) {
    const struct etl_text none = {"", 0};
    struct price_line line = {.price = {none, none, none, none, 0, currency}};
    read_price(&line, tape, price);
    *out =
        (struct etl_stripe_lines){.plan = {ETL_PLAN_UNKNOWN, 0}, .price = line.price.id, .has_one_time = line.one_time};
    if (!line.one_time)
        out->plan = etl_plan_of_price(config, &line.price);
}
