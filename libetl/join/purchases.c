/* purchases.c - merges records that belong together and keeps their facts. */
#include "libetl/join/purchases.h"

#include <stdlib.h>

#include "libetl/base/array.h"

static const struct etl_payment nothing = {.customer = ETL_IDMAP_NONE,
                                           .price = ETL_IDMAP_NONE,
                                           .observation = ETL_IDMAP_NONE,
                                           .at = ETL_FACT_NO_TIME,
                                           .plan = {ETL_PLAN_UNKNOWN, 0}};

/* ---- sets ---- */

static uint32_t find_same(struct etl_purchases *p, uint32_t at) {
    struct etl_payment *payments = p->payments;
    while (payments[at].same != at) {
        payments[at].same = payments[payments[at].same].same;
        at = payments[at].same;
    }
    return at;
}

static uint32_t find_purchase(struct etl_purchases *p, uint32_t at) {
    struct etl_payment *payments = p->payments;
    while (payments[at].purchase != at) {
        payments[at].purchase = payments[payments[at].purchase].purchase;
        at = payments[at].purchase;
    }
    return at;
}

static void join_purchases(struct etl_purchases *p, uint32_t a, uint32_t b) {
    a = find_purchase(p, a);
    b = find_purchase(p, b);
    if (a != b)
        p->payments[a < b ? b : a].purchase = a < b ? a : b;
}

static uint32_t new_payment(struct etl_purchases *p) {
    if (p->payment_count >= ETL_IDMAP_NONE ||
        !etl_array_reserve(&p->payments, &p->payment_capacity, p->payment_count + 1, sizeof *p->payments))
        return ETL_IDMAP_NONE;
    uint32_t place = (uint32_t)p->payment_count++;
    p->payments[place] = nothing;
    p->payments[place].same = p->payments[place].purchase = place;
    return place;
}

/* ---- merging facts ---- */

static bool add_extra(struct etl_purchases *p, uint32_t kind, uint32_t owner, uint64_t key) {
    if (!etl_array_reserve(&p->extras, &p->extra_capacity, p->extra_count + 1, sizeof *p->extras))
        return false;
    p->extras[p->extra_count++] = (struct etl_purchase_extra){key, owner, kind};
    return true;
}

/* Store a hash: in its field if that is free, otherwise as an extra. */
static bool keep_key(struct etl_purchases *p, uint64_t *field, uint64_t key, uint32_t kind, uint32_t owner) {
    if (key == 0 || *field == key)
        return true;
    if (*field != 0)
        return add_extra(p, kind, owner, key);
    *field = key;
    return true;
}

/* The same for the index of a customer or price. */
static bool keep_place(struct etl_purchases *p, uint32_t *field, uint32_t place, uint32_t kind, uint32_t owner) {
    if (place == ETL_IDMAP_NONE || *field == place)
        return true;
    if (*field != ETL_IDMAP_NONE)
        return add_extra(p, kind, owner, place);
    *field = place;
    return true;
}

static uint32_t smaller(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static bool keep_customer(struct etl_purchases *p, uint32_t place, uint32_t customer) {
    struct etl_payment *payment = &p->payments[place];
    if (payment->customer != ETL_IDMAP_NONE && customer != ETL_IDMAP_NONE && payment->customer != customer)
        payment->flags |= ETL_FACT_SEVERAL_CUSTOMERS;
    return keep_place(p, &payment->customer, customer, ETL_EXTRA_CUSTOMER, place);
}

/* Keep the plan of a subscription at the earliest time; different plans at that time are all kept. */
static bool keep_observation(struct etl_purchases *p, uint32_t place, struct etl_plan_observation new) {
    uint32_t *head = &p->payments[place].observation;
    for (uint32_t at = *head; at != ETL_IDMAP_NONE; at = p->observations[at].next) {
        const struct etl_plan_observation *s = &p->observations[at];
        bool same = s->at == new.at && s->price == new.price && s->plan.rank == new.plan.rank &&
                    s->plan.package == new.plan.package;
        if (s->at < new.at || same)
            return true;
    }
    new.next = *head;
    if (*head != ETL_IDMAP_NONE && p->observations[*head].at > new.at) {
        new.next = ETL_IDMAP_NONE;
        p->observations[*head] = new;
        return true;
    }
    if (!etl_array_reserve(&p->observations, &p->observation_capacity, p->observation_count + 1,
                           sizeof *p->observations))
        return false;
    *head = (uint32_t)p->observation_count;
    p->observations[p->observation_count++] = new;
    return true;
}

static bool keep_observations(struct etl_purchases *p, uint32_t place, uint32_t from) {
    bool done = true;
    for (uint32_t next; done && from != ETL_IDMAP_NONE; from = next) {
        next = p->observations[from].next;
        done = keep_observation(p, place, p->observations[from]);
    }
    return done;
}

/* The paid amount, the largest and first; if nothing was paid, the requested amount. */
static void merge_amount(struct etl_payment *into, const struct etl_payment *from) {
    bool into_paid = (into->flags & ETL_FACT_PAID) != 0, from_paid = (from->flags & ETL_FACT_PAID) != 0;
    if (into_paid && !from_paid)
        return;
    bool replaces = from_paid && !into_paid;
    if (replaces || from->amount > into->amount || (from->amount == into->amount && from->currency > into->currency)) {
        into->amount = from->amount;
        into->currency = from->currency;
    }
    if (replaces || from->at < into->at)
        into->at = from->at;
}

static bool merge_payment(struct etl_purchases *p, uint32_t place, const struct etl_payment *from) {
    struct etl_payment *into = &p->payments[place];
    merge_amount(into, from);
    into->flags |= from->flags;
    if (from->refunded > into->refunded)
        into->refunded = from->refunded;
    if (from->method != 0 && (into->method == 0 || from->method < into->method))
        into->method = from->method;
    into->plan = etl_plan_more_certain(into->plan, from->plan);
    return keep_key(p, &into->email, from->email, ETL_EXTRA_EMAIL, place) &&
           keep_key(p, &into->reference, from->reference, ETL_EXTRA_REFERENCE, place) &&
           keep_customer(p, place, from->customer) &&
           keep_place(p, &into->price, from->price, ETL_EXTRA_PRICE, place) &&
           keep_observations(p, place, from->observation);
}

/* Merge two payments that are the same. */
static bool join_same(struct etl_purchases *p, uint32_t a, uint32_t b, uint32_t *joined) {
    a = find_same(p, a);
    b = find_same(p, b);
    *joined = smaller(a, b);
    if (a == b)
        return true;
    uint32_t other = a < b ? b : a;
    struct etl_payment facts = p->payments[other];
    p->payments[other].same = *joined;
    join_purchases(p, a, b);
    return merge_payment(p, *joined, &facts);
}

bool etl_purchases_join(struct etl_purchases *p, uint32_t a, uint32_t b) {
    uint32_t joined;
    return join_same(p, a, b, &joined);
}

/* ---- ids ---- */

/* The payment of an id, merged with `place` (ETL_IDMAP_NONE: none yet), which is set to the representative of both. */
static bool link_payment(struct etl_purchases *p, struct etl_idmap *ids, uint64_t id, uint32_t *place) {
    if (id == 0)
        return true;
    uint32_t *known = etl_idmap_at(ids, id, ETL_IDMAP_NONE);
    if (known == NULL)
        return false;
    if (*known == ETL_IDMAP_NONE) {
        if (*place == ETL_IDMAP_NONE)
            *place = new_payment(p);
        *known = *place;
        return *place != ETL_IDMAP_NONE;
    }
    return *place == ETL_IDMAP_NONE ? (*place = find_same(p, *known), true) : join_same(p, *place, *known, place);
}

/* A subscription's id points to any payment of it; `place` becomes one. */
static bool link_subscription(struct etl_purchases *p, uint64_t id, uint32_t place) {
    if (id == 0 || place == ETL_IDMAP_NONE)
        return true;
    uint32_t *known = etl_idmap_at(&p->ids, id, place);
    if (known != NULL && *known != place)
        join_purchases(p, place, *known);
    return known != NULL;
}

/* Whether the session names an invoice or a payment intent, so that its own id is not needed to find it. */
static bool is_named_without_session(const struct etl_payment_fact *e) {
    return e->session == 0 || e->invoice != 0 || e->intent != 0;
}

/* The facts of a subscription itself are stored separately from its payments, as if it were one more payment. */
static bool find_payment(struct etl_purchases *p, const struct etl_payment_fact *e, uint32_t *place) {
    *place = ETL_IDMAP_NONE;
    return (e->kind != ETL_FACT_SUBSCRIPTION || link_payment(p, &p->subscriptions, e->subscription, place)) &&
           link_payment(p, &p->ids, e->invoice, place) && link_payment(p, &p->ids, e->intent, place) &&
           link_payment(p, &p->ids, e->charge, place) &&
           (is_named_without_session(e) || link_payment(p, &p->ids, e->session, place)) &&
           link_subscription(p, e->subscription, *place);
}

static bool find_customer(struct etl_purchases *p, uint64_t id, uint32_t *place) {
    *place = ETL_IDMAP_NONE;
    if (id == 0)
        return true;
    uint32_t *known = etl_idmap_at(&p->customer_ids, id, (uint32_t)p->customer_count);
    if (known == NULL)
        return false;
    *place = *known;
    if (*place < p->customer_count)
        return true;
    if (!etl_array_reserve(&p->customers, &p->customer_capacity, p->customer_count + 1, sizeof *p->customers))
        return false;
    p->customers[p->customer_count++] = 0;
    return true;
}

/* The index of a price, after merging what a record knows of it. */
static bool find_price(struct etl_purchases *p, uint64_t id, struct etl_plan plan, uint32_t *place) {
    *place = ETL_IDMAP_NONE;
    if (id == 0)
        return true;
    uint32_t *known = etl_idmap_at(&p->price_ids, id, (uint32_t)p->price_count);
    if (known == NULL)
        return false;
    *place = *known;
    if (*place == p->price_count) {
        if (!etl_array_reserve(&p->prices, &p->price_capacity, p->price_count + 1, sizeof *p->prices))
            return false;
        p->prices[p->price_count++] = (struct etl_plan){ETL_PLAN_UNKNOWN, 0};
    }
    p->prices[*place] = etl_plan_more_certain(p->prices[*place], plan);
    return true;
}

/* ---- kinds of facts ---- */

static bool learn_customer_email(struct etl_purchases *p, uint32_t customer, uint64_t email) {
    return customer == ETL_IDMAP_NONE ||
           keep_key(p, &p->customers[customer], email, ETL_EXTRA_CUSTOMER_EMAIL, customer);
}

static bool add_refund(struct etl_purchases *p, const struct etl_payment_fact *e, uint32_t payment) {
    if (payment == ETL_IDMAP_NONE || (e->flags & ETL_FACT_OTHER_MODE) != 0)
        return true;
    uint32_t *known = etl_idmap_at(&p->refund_ids, e->other, (uint32_t)p->refund_count);
    if (known == NULL)
        return false;
    if (*known == p->refund_count) {
        if (!etl_array_reserve(&p->refunds, &p->refund_capacity, p->refund_count + 1, sizeof *p->refunds))
            return false;
        p->refunds[p->refund_count++] = (struct etl_purchase_refund){payment, 0, 0};
    }
    struct etl_purchase_refund *refund = &p->refunds[*known];
    if (!join_same(p, refund->payment, payment, &payment)) /* one record may name the charge, another the intent */
        return false;
    refund->failed |= (e->flags & ETL_FACT_REFUND_FAILED) != 0;
    if (e->amount > refund->amount)
        refund->amount = e->amount;
    return true;
}

static void fill_facts(struct etl_payment *facts, const struct etl_payment_fact *e, uint32_t customer, uint32_t price) {
    *facts = nothing;
    facts->flags = e->flags & ~(uint32_t)ETL_FACT_REFUND_FAILED;
    facts->customer = customer;
    facts->email = e->email;
    facts->reference = e->reference;
    if (e->kind == ETL_FACT_PAYMENT) {
        facts->amount = e->amount;
        facts->refunded = e->refunded;
        facts->currency = e->currency;
        facts->method = e->method;
        facts->at = e->at;
        facts->plan = e->plan;
        facts->price = price;
    }
    if (e->kind == ETL_FACT_SUBSCRIPTION) /* its lines are the plan's, apart from one-off charges */
        facts->flags &= ~(uint32_t)(ETL_FACT_ONE_TIME | ETL_FACT_PLAN_LINE);
}

static bool add_observation(struct etl_purchases *p, const struct etl_payment_fact *e, uint32_t payment,
                            uint32_t price) {
    bool knows = e->plan.rank != ETL_PLAN_UNKNOWN || price != ETL_IDMAP_NONE;
    return !knows || keep_observation(p, payment, (struct etl_plan_observation){e->at, price, ETL_IDMAP_NONE, e->plan});
}

bool etl_purchases_add(struct etl_purchases *p, const struct etl_payment_fact *e) {
    uint32_t customer, price, payment;
    struct etl_payment facts;
    if (!find_customer(p, e->customer, &customer) || !find_price(p, e->price, e->plan, &price) ||
        !learn_customer_email(p, customer, e->email))
        return false;
    if (e->kind == ETL_FACT_CUSTOMER || e->kind == ETL_FACT_PRICE)
        return true;
    if (!find_payment(p, e, &payment))
        return false;
    if (payment == ETL_IDMAP_NONE)
        return true;
    fill_facts(&facts, e, customer, price);
    payment = find_same(p, payment);
    return merge_payment(p, payment, &facts) && (e->kind != ETL_FACT_REFUND || add_refund(p, e, payment)) &&
           (e->kind != ETL_FACT_SUBSCRIPTION || add_observation(p, e, payment, price));
}

void etl_purchases_prefetch(const struct etl_purchases *p, const struct etl_payment_fact *e) {
    const uint64_t ids[] = {e->invoice, e->intent, e->charge, e->subscription};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (ids[i] != 0)
            etl_idmap_prefetch(&p->ids, ids[i]);
    if (e->customer != 0)
        etl_idmap_prefetch(&p->customer_ids, e->customer);
}

void etl_purchases_done(struct etl_purchases *p) {
    etl_idmap_done(&p->ids);
    etl_idmap_done(&p->subscriptions);
    etl_idmap_done(&p->customer_ids);
    etl_idmap_done(&p->price_ids);
    etl_idmap_done(&p->refund_ids);
    free(p->payments);
    free(p->customers);
    free(p->prices);
    free(p->observations);
    free(p->refunds);
    free(p->extras);
    *p = (struct etl_purchases){0};
}
