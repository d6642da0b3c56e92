/* stripe_lines.c - finds the line that is the plan's. */
#include "libetl/stripe_lines.h"

/* What one line tells. */
struct line {
    struct plan_price price;
    struct plan plan;
    bool one_time, proration, free; /* free: nothing was asked for it, as in a trial */
    int64_t amount;
};

/* A price as an object, or only its id. */
static void read_price(struct line *line, const struct tape *tape, uint32_t price) {
    struct plan_price *p = &line->price;
    if (tape_is(tape, price, TAPE_TEXT)) {
        p->id = tape_text(tape, price);
        return;
    }
    uint32_t product = tape_member(tape, price, TAPE_product);
    struct text currency = tape_member_text(tape, price, TAPE_currency);
    p->id = tape_member_text(tape, price, TAPE_id);
    p->product =
        tape_is(tape, product, TAPE_OBJECT) ? tape_member_text(tape, product, TAPE_id) : tape_text(tape, product);
    p->lookup_key = tape_member_text(tape, price, TAPE_lookup_key);
    p->nickname = tape_member_text(tape, price, TAPE_nickname);
    p->unit_amount = tape_member_whole(tape, price, TAPE_unit_amount, tape_member_whole(tape, price, TAPE_amount, 0));
    line->one_time = text_is(tape_member_text(tape, price, TAPE_type), "one_time");
    if (currency.size > 0)
        p->currency = money_currency_of(currency.at, currency.size);
}

/* "35000" or "35000.00": a sum of the smallest coin that may have decimals of its own. */
static int64_t whole_part(struct text text) {
    int64_t value = 0;
    for (size_t i = 0; i < text.size && text.at[i] != '.'; i++) {
        if (text.at[i] < '0' || text.at[i] > '9' || value > INT64_MAX / 100)
            return 0;
        value = value * 10 + (text.at[i] - '0');
    }
    return value;
}

static void read_pricing(struct line *line, const struct tape *tape, uint32_t pricing) {
    uint32_t details = tape_member(tape, pricing, TAPE_price_details), price = tape_member(tape, details, TAPE_price);
    struct text product = tape_member_text(tape, details, TAPE_product);
    read_price(line, tape, price);
    if (line->price.product.size == 0)
        line->price.product = product;
    if (line->price.unit_amount == 0)
        line->price.unit_amount = whole_part(tape_member_text(tape, pricing, TAPE_unit_amount_decimal));
}

static bool is_proration(const struct tape *tape, uint32_t item) {
    uint32_t details = tape_member(tape, tape_member(tape, item, TAPE_parent), TAPE_subscription_item_details);
    return tape_member_is(tape, item, TAPE_proration, TAPE_TRUE) ||
           tape_member_is(tape, details, TAPE_proration, TAPE_TRUE);
}

/* A line that an invoice item brought is an extra, unless its price says that it recurs. */
static bool is_extra(const struct tape *tape, uint32_t item, uint32_t price) {
    struct text type = tape_member_text(tape, item, TAPE_type);
    struct text parent = tape_member_text(tape, tape_member(tape, item, TAPE_parent), TAPE_type);
    bool recurs = text_is(tape_member_text(tape, price, TAPE_type), "recurring");
    return !recurs && (text_is(type, "invoiceitem") || text_is(parent, "invoice_item_details"));
}

static void read_line(struct line *line, const struct config *config, const struct tape *tape, uint32_t item,
                      money_currency currency) {
    uint32_t price = tape_member(tape, item, TAPE_price), plan = tape_member(tape, item, TAPE_plan);
    uint32_t pricing = tape_member(tape, item, TAPE_pricing);
    const struct text none = {"", 0};
    *line = (struct line){.price = {none, none, none, none, 0, currency}};
    if (tape_is(tape, price, TAPE_OBJECT) || tape_is(tape, price, TAPE_TEXT))
        read_price(line, tape, price);
    else if (tape_is(tape, plan, TAPE_OBJECT) || tape_is(tape, plan, TAPE_TEXT))
        read_price(line, tape, plan);
    else
        read_pricing(line, tape, pricing);
    line->one_time |= is_extra(tape, item, price);
    line->proration = is_proration(tape, item);
    uint32_t asked = tape_member(tape, item, TAPE_amount);
    if (asked == TAPE_NONE)
        asked = tape_member(tape, item, TAPE_amount_total);
    line->amount = tape_whole(tape, asked, line->price.unit_amount);
    line->free = tape_is(tape, asked, TAPE_WHOLE) && line->amount == 0;
    line->plan = plan_of_price(config, &line->price);
}

static bool is_better(const struct line *a, const struct line *b) {
    if (a->proration != b->proration)
        return b->proration;
    if (a->plan.rank != b->plan.rank)
        return a->plan.rank < b->plan.rank;
    if (a->amount != b->amount)
        return a->amount > b->amount;
    return a->plan.package < b->plan.package;
}

static bool tells_nothing(const struct line *line) {
    return line->price.id.size == 0 && line->price.product.size == 0 && line->price.unit_amount == 0;
}

void stripe_lines_read(struct stripe_lines *out, const struct config *config, const struct tape *tape, uint32_t list,
                       money_currency currency) {
    struct line best = {.plan = {PLAN_UNKNOWN, 0}}, line;
    uint32_t items = tape_is(tape, list, TAPE_ARRAY) ? list : tape_member(tape, list, TAPE_data);
    bool alone = !tape_is(tape, items, TAPE_ARRAY), plan_is_free = true;
    *out = (struct stripe_lines){.plan = {PLAN_UNKNOWN, 0}, .price = {"", 0}};
    for (uint32_t at = alone ? list : tape_first(tape, items); at != TAPE_NONE;
         at = alone ? TAPE_NONE : tape_next(tape, items, at)) {
        read_line(&line, config, tape, at, currency);
        if (tells_nothing(&line))
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

void stripe_lines_read_price(struct stripe_lines *out, const struct config *config, const struct tape *tape,
                             uint32_t price, money_currency currency) {
    const struct text none = {"", 0};
    struct line line = {.price = {none, none, none, none, 0, currency}};
    read_price(&line, tape, price);
    *out = (struct stripe_lines){.plan = {PLAN_UNKNOWN, 0}, .price = line.price.id, .has_one_time = line.one_time};
    if (!line.one_time)
        out->plan = plan_of_price(config, &line.price);
}
