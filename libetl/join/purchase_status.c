/* purchase_status.c - decides for each purchase whether it counts, and if not, why. */
#include <stdlib.h>

#include "libetl/base/array.h"
#include "libetl/join/purchases.h"

#define STATUS_ROW(code, text) text,
const char *etl_purchase_status_text(enum etl_purchase_status status) {
    static const char *const texts[ETL_STATUS_COUNT] = {ETL_PURCHASE_STATUSES(STATUS_ROW)};
    return texts[status];
}

/* What the payments of one purchase say together. */
struct purchase_summary {
    uint32_t flags;
    bool confirmed_paid; /* a payment was made, and not only a session reports it */
    int64_t subscription_at;
    struct etl_plan subscription_plan;
};

struct classifier {
    struct etl_purchases *purchases;
    const struct etl_config *config;
    uint32_t *first, *next; /* [payment_count]: the payments of each purchase as a linked list */
    uint8_t *subscribed;    /* [customer_count]: has a subscription */
    uint64_t *references, *emails;
    size_t reference_count, reference_capacity, email_count, email_capacity;
};

/* ---- preparation ---- */

static uint32_t find_same(const struct etl_purchases *p, uint32_t at) {
    while (p->payments[at].same != at)
        at = p->payments[at].same;
    return at;
}

static uint32_t find_purchase(const struct etl_purchases *p, uint32_t at) {
    while (p->payments[at].purchase != at)
        at = p->payments[at].purchase;
    return at;
}

static int by_payment(const void *a, const void *b) {
    const struct etl_purchase_refund *x = a, *y = b;
    return x->payment < y->payment ? -1 : x->payment > y->payment;
}

/* Refunds of one payment: failed refunds are subtracted from the refunded amount of its records. */
static void apply_refund(struct etl_payment *payment, int64_t kept, int64_t failed) {
    int64_t net = payment->refunded - failed;
    if ((payment->flags & ETL_FACT_REFUNDED) != 0 && payment->refunded < payment->amount)
        net = payment->amount - failed;
    if (kept > net)
        net = kept;
    payment->refunded = net > 0 ? net : 0;
    payment->flags &= ~(uint32_t)ETL_FACT_REFUNDED;
}

static void apply_refunds(struct etl_purchases *p) {
    for (size_t i = 0; i < p->refund_count; i++)
        p->refunds[i].payment = find_same(p, p->refunds[i].payment);
    if (p->refund_count > 0)
        qsort(p->refunds, p->refund_count, sizeof *p->refunds, by_payment);
    for (size_t i = 0; i < p->refund_count;) {
        uint32_t payment = p->refunds[i].payment;
        int64_t sum[2] = {0, 0}; /* kept, dropped */
        for (; i < p->refund_count && p->refunds[i].payment == payment; i++)
            sum[p->refunds[i].failed != 0] += p->refunds[i].amount;
        apply_refund(&p->payments[payment], sum[0], sum[1]);
    }
}

static int by_kind_and_owner(const void *a, const void *b) {
    const struct etl_purchase_extra *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return x->owner < y->owner ? -1 : x->owner > y->owner;
}

static void sort_extras(struct etl_purchases *p) {
    for (size_t i = 0; i < p->extra_count; i++)
        if (p->extras[i].kind != ETL_EXTRA_CUSTOMER_EMAIL)
            p->extras[i].owner = find_same(p, p->extras[i].owner);
    if (p->extra_count > 0)
        qsort(p->extras, p->extra_count, sizeof *p->extras, by_kind_and_owner);
}

/* The index of the first extra of a kind and owner; the others follow it. */
static size_t first_extra(const struct etl_purchases *p, uint32_t kind, uint32_t owner) {
    struct etl_purchase_extra wanted = {0, owner, kind};
    size_t low = 0, high = p->extra_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (by_kind_and_owner(&p->extras[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_extra_of(const struct etl_purchases *p, size_t place, uint32_t kind, uint32_t owner) {
    return place < p->extra_count && p->extras[place].kind == kind && p->extras[place].owner == owner;
}

static void chain_payments(struct classifier *j) {
    const struct etl_purchases *p = j->purchases;
    for (size_t i = 0; i < p->payment_count; i++)
        j->first[i] = ETL_IDMAP_NONE;
    for (uint32_t i = (uint32_t)p->payment_count; i-- > 0;) {
        if (p->payments[i].same != i)
            continue;
        uint32_t purchase = find_purchase(p, i);
        j->next[i] = j->first[purchase];
        j->first[purchase] = i;
    }
}

/* ---- a purchase ---- */

/* The first plan of a subscription; of several at the same time, the most certain one. */
static void observe_plans(const struct etl_purchases *p, uint32_t observation, struct purchase_summary *purchase) {
    for (; observation != ETL_IDMAP_NONE; observation = p->observations[observation].next) {
        const struct etl_plan_observation *s = &p->observations[observation];
        struct etl_plan plan =
            s->price != ETL_IDMAP_NONE ? etl_plan_more_certain(s->plan, p->prices[s->price]) : s->plan;
        if (s->at < purchase->subscription_at)
            purchase->subscription_plan = plan;
        else if (s->at == purchase->subscription_at)
            purchase->subscription_plan = etl_plan_more_certain(purchase->subscription_plan, plan);
        if (s->at < purchase->subscription_at)
            purchase->subscription_at = s->at;
    }
}

static void summarize(const struct classifier *j, uint32_t first, struct purchase_summary *purchase) {
    *purchase =
        (struct purchase_summary){.subscription_at = ETL_FACT_NO_TIME, .subscription_plan = {ETL_PLAN_UNKNOWN, 0}};
    for (uint32_t at = first; at != ETL_IDMAP_NONE; at = j->next[at]) {
        const struct etl_payment *payment = &j->purchases->payments[at];
        purchase->flags |= payment->flags;
        purchase->confirmed_paid |= (payment->flags & ETL_FACT_PAID) != 0 && (payment->flags & ETL_FACT_CONFIRMED) != 0;
        observe_plans(j->purchases, payment->observation, purchase);
    }
}

/* The customers with a subscription in the wanted mode. */
static void mark_subscribed(struct classifier *j) {
    const struct etl_purchases *p = j->purchases;
    for (uint32_t i = 0; i < p->payment_count; i++) {
        const struct etl_payment *payment = &p->payments[i];
        bool subscribed = (payment->flags & ETL_FACT_SUBSCRIBED) != 0 && (payment->flags & ETL_FACT_OTHER_MODE) == 0;
        if (payment->same != i || !subscribed || payment->customer == ETL_IDMAP_NONE)
            continue;
        j->subscribed[payment->customer] = 1;
        for (size_t e = first_extra(p, ETL_EXTRA_CUSTOMER, i); is_extra_of(p, e, ETL_EXTRA_CUSTOMER, i); e++)
            j->subscribed[p->extras[e].key] = 1;
    }
}

static bool is_bare(const struct classifier *j, uint32_t at, const struct purchase_summary *purchase) {
    const struct etl_purchases *p = j->purchases;
    const struct etl_payment *payment = &p->payments[at];
    if ((purchase->flags & (ETL_FACT_BILLED | ETL_FACT_SUBSCRIBED)) != 0 || payment->customer == ETL_IDMAP_NONE)
        return false;
    bool bare = j->subscribed[payment->customer] != 0;
    for (size_t e = first_extra(p, ETL_EXTRA_CUSTOMER, at); is_extra_of(p, e, ETL_EXTRA_CUSTOMER, at); e++)
        bare |= j->subscribed[p->extras[e].key] != 0;
    return bare;
}

/* ---- a payment ---- */

static struct etl_plan plan_of_payment(const struct classifier *j, uint32_t at,
                                       const struct purchase_summary *purchase) {
    const struct etl_purchases *p = j->purchases;
    const struct etl_payment *payment = &p->payments[at];
    struct etl_plan plan = payment->plan;
    if (payment->price != ETL_IDMAP_NONE)
        plan = etl_plan_more_certain(plan, p->prices[payment->price]);
    for (size_t e = first_extra(p, ETL_EXTRA_PRICE, at); is_extra_of(p, e, ETL_EXTRA_PRICE, at); e++)
        plan = etl_plan_more_certain(plan, p->prices[p->extras[e].key]);
    if (plan.rank == ETL_PLAN_UNKNOWN && (payment->flags & ETL_FACT_ONE_TIME) == 0)
        plan = purchase->subscription_plan;
    if (plan.rank == ETL_PLAN_UNKNOWN && (payment->flags & ETL_FACT_ONE_TIME) == 0)
        plan = etl_plan_of_sum(j->config, payment->amount, payment->currency);
    return plan;
}

static enum etl_purchase_status classify_unpaid(uint32_t flags) {
    static const struct {
        uint32_t flag;
        enum etl_purchase_status status;
    } order[] = {{ETL_FACT_UNCAPTURED, ETL_STATUS_UNCAPTURED},
                 {ETL_FACT_FAILED, ETL_STATUS_FAILED},
                 {ETL_FACT_UNPAID, ETL_STATUS_UNPAID},
                 {ETL_FACT_ZERO | ETL_FACT_TRIAL, ETL_STATUS_TRIAL},
                 {ETL_FACT_OTHER_MODE, ETL_STATUS_OTHER_MODE}};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if ((flags & order[i].flag) != 0)
            return order[i].status;
    return ETL_STATUS_NO_PAYMENT;
}

static bool is_setup_fee(const struct classifier *j, const struct etl_payment *payment, struct etl_plan plan) {
    bool is_fee = etl_plan_is_setup_fee(j->config, payment->amount, payment->currency);
    return is_fee && (plan.rank == ETL_PLAN_UNKNOWN ||
                      etl_plan_minor_units(j->config, j->config->packages[plan.package].price) != payment->amount);
}

static enum etl_purchase_status classify_payment(const struct classifier *j, uint32_t at,
                                                 const struct purchase_summary *purchase, struct etl_plan *plan) {
    const struct etl_payment *payment = &j->purchases->payments[at];
    *plan = plan_of_payment(j, at, purchase);
    if ((payment->flags & ETL_FACT_PAID) == 0)
        return classify_unpaid(payment->flags);
    if ((payment->flags & ETL_FACT_DISPUTE_LOST) != 0)
        return ETL_STATUS_LOST;
    if ((payment->flags & ETL_FACT_REFUNDED) != 0 || payment->refunded >= payment->amount)
        return ETL_STATUS_REFUNDED;
    if (is_setup_fee(j, payment, *plan))
        return ETL_STATUS_SETUP_FEE;
    if (is_bare(j, at, purchase))
        return ETL_STATUS_BARE_CHARGE;
    if (plan->rank == ETL_PLAN_UNKNOWN)
        return ETL_STATUS_NO_PLAN;
    if ((payment->flags & ETL_FACT_LATER_CYCLE) != 0 && (purchase->flags & ETL_FACT_FIRST_CYCLE) == 0)
        return ETL_STATUS_RENEWAL;
    return ETL_STATUS_VALID;
}

/* The payment that is the purchase: the first one that counts. If times are equal, every value in the row decides. */
static bool is_before(const struct etl_payment *a, struct etl_plan plan_a, const struct etl_payment *b,
                      struct etl_plan plan_b) {
    if (a->at != b->at)
        return a->at < b->at;
    if (a->amount != b->amount)
        return a->amount > b->amount;
    if (plan_a.package != plan_b.package)
        return plan_a.package < plan_b.package;
    return a->currency != b->currency ? a->currency < b->currency : a->method < b->method;
}

static enum etl_purchase_status classify_purchase(const struct classifier *j, uint32_t first,
                                                  struct etl_purchase *out) {
    struct purchase_summary purchase;
    struct etl_plan plan, chosen_plan = {ETL_PLAN_UNKNOWN, 0};
    const struct etl_payment *chosen = NULL;
    enum etl_purchase_status status = ETL_STATUS_NO_PAYMENT;
    summarize(j, first, &purchase);
    for (uint32_t at = first; at != ETL_IDMAP_NONE; at = j->next[at]) {
        const struct etl_payment *payment = &j->purchases->payments[at];
        if ((payment->flags & ETL_FACT_CONFIRMED) == 0 && purchase.confirmed_paid)
            continue; /* a session that reports a payment which other records report too */
        enum etl_purchase_status own = classify_payment(j, at, &purchase, &plan);
        bool better = own < status;
        if (own == ETL_STATUS_VALID && (chosen == NULL || is_before(payment, plan, chosen, chosen_plan))) {
            chosen = payment;
            chosen_plan = plan;
        }
        status = better ? own : status;
    }
    if (chosen != NULL) {
        out->at = chosen->at;
        out->amount = chosen->amount;
        out->currency = chosen->currency;
        out->method = chosen->method;
        out->package = chosen_plan.package;
    }
    return status;
}

/* ---- the buyer ---- */

static bool push(uint64_t **keys, size_t *count, size_t *capacity, uint64_t key) {
    if (key == 0)
        return true;
    if (!etl_array_reserve(keys, capacity, *count + 1, sizeof **keys))
        return false;
    (*keys)[(*count)++] = key;
    return true;
}

static bool push_email(struct classifier *j, uint64_t key) {
    return push(&j->emails, &j->email_count, &j->email_capacity, key);
}

static bool push_customer(struct classifier *j, uint32_t customer) {
    const struct etl_purchases *p = j->purchases;
    if (customer == ETL_IDMAP_NONE)
        return true;
    bool done = push_email(j, p->customers[customer]);
    size_t e = first_extra(p, ETL_EXTRA_CUSTOMER_EMAIL, customer);
    for (; done && is_extra_of(p, e, ETL_EXTRA_CUSTOMER_EMAIL, customer); e++)
        done = push_email(j, p->extras[e].key);
    return done;
}

static bool push_direct(struct classifier *j, uint32_t at) {
    const struct etl_purchases *p = j->purchases;
    const struct etl_payment *payment = &p->payments[at];
    bool done = push(&j->references, &j->reference_count, &j->reference_capacity, payment->reference) &&
                push_email(j, payment->email);
    for (size_t e = first_extra(p, ETL_EXTRA_REFERENCE, at); done && is_extra_of(p, e, ETL_EXTRA_REFERENCE, at); e++)
        done = push(&j->references, &j->reference_count, &j->reference_capacity, p->extras[e].key);
    for (size_t e = first_extra(p, ETL_EXTRA_EMAIL, at); done && is_extra_of(p, e, ETL_EXTRA_EMAIL, at); e++)
        done = push_email(j, p->extras[e].key);
    return done;
}

static bool push_learned(struct classifier *j, uint32_t at) {
    const struct etl_purchases *p = j->purchases;
    bool done = push_customer(j, p->payments[at].customer);
    for (size_t e = first_extra(p, ETL_EXTRA_CUSTOMER, at); done && is_extra_of(p, e, ETL_EXTRA_CUSTOMER, at); e++)
        done = push_customer(j, (uint32_t)p->extras[e].key);
    return done;
}

static bool collect_buyers(struct classifier *j, uint32_t first, struct etl_purchase *out) {
    bool done = true;
    j->reference_count = j->email_count = 0;
    for (uint32_t at = first; done && at != ETL_IDMAP_NONE; at = j->next[at])
        done = push_direct(j, at);
    out->own_email_count = j->email_count;
    for (uint32_t at = first; done && at != ETL_IDMAP_NONE; at = j->next[at])
        done = push_learned(j, at);
    out->references = j->references;
    out->reference_count = j->reference_count;
    out->emails = j->emails;
    out->email_count = j->email_count;
    return done;
}

static bool classify_all(struct classifier *j, etl_purchase_visitor *take, void *user) {
    chain_payments(j);
    mark_subscribed(j);
    for (size_t i = 0; i < j->purchases->payment_count; i++) {
        struct etl_purchase purchase = {0};
        if (j->first[i] == ETL_IDMAP_NONE)
            continue;
        purchase.status = classify_purchase(j, j->first[i], &purchase);
        if (!collect_buyers(j, j->first[i], &purchase) || !take(user, &purchase))
            return false;
    }
    return true;
}

bool etl_purchases_classify(struct etl_purchases *p, const struct etl_config *config, etl_purchase_visitor *take,
                            void *user) {
    struct classifier j = {.purchases = p, .config = config};
    etl_idmap_done(&p->ids);
    etl_idmap_done(&p->subscriptions);
    etl_idmap_done(&p->customer_ids);
    etl_idmap_done(&p->price_ids);
    etl_idmap_done(&p->refund_ids);
    bool done = etl_purchases_match(p);
    apply_refunds(p);
    sort_extras(p);
    j.first = malloc((p->payment_count + 1) * sizeof *j.first);
    j.next = malloc((p->payment_count + 1) * sizeof *j.next);
    j.subscribed = calloc(p->customer_count + 1, 1);
    done = done && j.first != NULL && j.next != NULL && j.subscribed != NULL && classify_all(&j, take, user);
    free(j.first);
    free(j.next);
    free(j.subscribed);
    free(j.references);
    free(j.emails);
    return done;
}
