/* purchases_judge.c - decides of each purchase whether it counts, and if not, why. */
#include <stdlib.h>

#include "libetl/array.h"
#include "libetl/purchases.h"

#define VERDICT_ROW(code, text) text,
const char *verdict_text(enum verdict verdict) {
    static const char *const texts[VERDICT_COUNT] = {VERDICTS(VERDICT_ROW)};
    return texts[verdict];
}

/* One purchase while it is judged: what its payments say together. */
struct whole {
    uint32_t flags;
    bool solid_paid; /* a payment was made that more than a session tells of */
    int64_t subscription_at;
    struct plan subscription_plan;
};

struct judging {
    struct purchases *purchases;
    const struct config *config;
    uint32_t *first, *next; /* [payment_count]: the payments of a purchase, as a chain */
    uint8_t *subscribed;    /* [customer_count]: has a subscription */
    uint64_t *references, *emails;
    size_t reference_count, reference_capacity, email_count, email_capacity;
};

/* ---- before judging ---- */

static uint32_t find_same(const struct purchases *p, uint32_t at) {
    while (p->payments[at].same != at)
        at = p->payments[at].same;
    return at;
}

static uint32_t find_whole(const struct purchases *p, uint32_t at) {
    while (p->payments[at].whole != at)
        at = p->payments[at].whole;
    return at;
}

static int by_payment(const void *a, const void *b) {
    const struct purchase_refund *x = a, *y = b;
    return x->payment < y->payment ? -1 : x->payment > y->payment;
}

/* Refunds of one payment: those that failed are taken off what its snapshots say. */
static void settle_payment(struct payment *payment, int64_t kept, int64_t dropped) {
    int64_t net = payment->refunded - dropped;
    if ((payment->flags & EVIDENCE_REFUNDED) != 0 && payment->refunded < payment->amount)
        net = payment->amount - dropped;
    if (kept > net)
        net = kept;
    payment->refunded = net > 0 ? net : 0;
    payment->flags &= ~(uint32_t)EVIDENCE_REFUNDED;
}

static void settle_refunds(struct purchases *p) {
    for (size_t i = 0; i < p->refund_count; i++)
        p->refunds[i].payment = find_same(p, p->refunds[i].payment);
    if (p->refund_count > 0)
        qsort(p->refunds, p->refund_count, sizeof *p->refunds, by_payment);
    for (size_t i = 0; i < p->refund_count;) {
        uint32_t payment = p->refunds[i].payment;
        int64_t sum[2] = {0, 0}; /* kept, dropped */
        for (; i < p->refund_count && p->refunds[i].payment == payment; i++)
            sum[p->refunds[i].dropped != 0] += p->refunds[i].amount;
        settle_payment(&p->payments[payment], sum[0], sum[1]);
    }
}

static int by_kind_and_owner(const void *a, const void *b) {
    const struct purchase_extra *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return x->owner < y->owner ? -1 : x->owner > y->owner;
}

static void settle_extras(struct purchases *p) {
    for (size_t i = 0; i < p->extra_count; i++)
        if (p->extras[i].kind != EXTRA_CUSTOMER_EMAIL)
            p->extras[i].owner = find_same(p, p->extras[i].owner);
    if (p->extra_count > 0)
        qsort(p->extras, p->extra_count, sizeof *p->extras, by_kind_and_owner);
}

/* The place of the first extra of a kind and owner; the others follow it. */
static size_t first_extra(const struct purchases *p, uint32_t kind, uint32_t owner) {
    struct purchase_extra wanted = {0, owner, kind};
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

static bool is_extra_of(const struct purchases *p, size_t place, uint32_t kind, uint32_t owner) {
    return place < p->extra_count && p->extras[place].kind == kind && p->extras[place].owner == owner;
}

static void chain_payments(struct judging *j) {
    const struct purchases *p = j->purchases;
    for (size_t i = 0; i < p->payment_count; i++)
        j->first[i] = IDMAP_NONE;
    for (uint32_t i = (uint32_t)p->payment_count; i-- > 0;) {
        if (p->payments[i].same != i)
            continue;
        uint32_t whole = find_whole(p, i);
        j->next[i] = j->first[whole];
        j->first[whole] = i;
    }
}

/* ---- a purchase as a whole ---- */

/* The plan a subscription had first; of several seen at that moment the surest. */
static void see_plans(const struct purchases *p, uint32_t sighting, struct whole *whole) {
    for (; sighting != IDMAP_NONE; sighting = p->sightings[sighting].next) {
        const struct purchase_sighting *s = &p->sightings[sighting];
        struct plan plan = s->price != IDMAP_NONE ? plan_surer(s->plan, p->prices[s->price]) : s->plan;
        if (s->at < whole->subscription_at)
            whole->subscription_plan = plan;
        else if (s->at == whole->subscription_at)
            whole->subscription_plan = plan_surer(whole->subscription_plan, plan);
        if (s->at < whole->subscription_at)
            whole->subscription_at = s->at;
    }
}

static void sum_up(const struct judging *j, uint32_t first, struct whole *whole) {
    *whole = (struct whole){.subscription_at = EVIDENCE_NO_TIME, .subscription_plan = {PLAN_UNKNOWN, 0}};
    for (uint32_t at = first; at != IDMAP_NONE; at = j->next[at]) {
        const struct payment *payment = &j->purchases->payments[at];
        whole->flags |= payment->flags;
        whole->solid_paid |= (payment->flags & EVIDENCE_PAID) != 0 && (payment->flags & EVIDENCE_SOLID) != 0;
        see_plans(j->purchases, payment->sighting, whole);
    }
}

/* Customers who have a subscription in the wanted mode. */
static void mark_subscribed(struct judging *j) {
    const struct purchases *p = j->purchases;
    for (uint32_t i = 0; i < p->payment_count; i++) {
        const struct payment *payment = &p->payments[i];
        bool subscribed = (payment->flags & EVIDENCE_SUBSCRIBED) != 0 && (payment->flags & EVIDENCE_OTHER_MODE) == 0;
        if (payment->same != i || !subscribed || payment->customer == IDMAP_NONE)
            continue;
        j->subscribed[payment->customer] = 1;
        for (size_t e = first_extra(p, EXTRA_CUSTOMER, i); is_extra_of(p, e, EXTRA_CUSTOMER, i); e++)
            j->subscribed[p->extras[e].key] = 1;
    }
}

static bool is_bare(const struct judging *j, uint32_t at, const struct whole *whole) {
    const struct purchases *p = j->purchases;
    const struct payment *payment = &p->payments[at];
    if ((whole->flags & (EVIDENCE_BILLED | EVIDENCE_SUBSCRIBED)) != 0 || payment->customer == IDMAP_NONE)
        return false;
    bool bare = j->subscribed[payment->customer] != 0;
    for (size_t e = first_extra(p, EXTRA_CUSTOMER, at); is_extra_of(p, e, EXTRA_CUSTOMER, at); e++)
        bare |= j->subscribed[p->extras[e].key] != 0;
    return bare;
}

/* ---- a payment ---- */

static struct plan plan_of_payment(const struct judging *j, uint32_t at, const struct whole *whole) {
    const struct purchases *p = j->purchases;
    const struct payment *payment = &p->payments[at];
    struct plan plan = payment->plan;
    if (payment->price != IDMAP_NONE)
        plan = plan_surer(plan, p->prices[payment->price]);
    for (size_t e = first_extra(p, EXTRA_PRICE, at); is_extra_of(p, e, EXTRA_PRICE, at); e++)
        plan = plan_surer(plan, p->prices[p->extras[e].key]);
    if (plan.rank == PLAN_UNKNOWN && (payment->flags & EVIDENCE_ONE_TIME) == 0)
        plan = whole->subscription_plan;
    if (plan.rank == PLAN_UNKNOWN && (payment->flags & EVIDENCE_ONE_TIME) == 0)
        plan = plan_of_sum(j->config, payment->amount, payment->currency);
    return plan;
}

static enum verdict judge_unpaid(uint32_t flags) {
    static const struct {
        uint32_t flag;
        enum verdict verdict;
    } order[] = {{EVIDENCE_UNCAPTURED, VERDICT_UNCAPTURED},
                 {EVIDENCE_FAILED, VERDICT_FAILED},
                 {EVIDENCE_UNPAID, VERDICT_UNPAID},
                 {EVIDENCE_ZERO | EVIDENCE_TRIAL, VERDICT_TRIAL},
                 {EVIDENCE_OTHER_MODE, VERDICT_OTHER_MODE}};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if ((flags & order[i].flag) != 0)
            return order[i].verdict;
    return VERDICT_NO_PAYMENT;
}

static bool is_setup_fee(const struct judging *j, const struct payment *payment, struct plan plan) {
    bool is_fee = plan_is_setup_fee(j->config, payment->amount, payment->currency);
    return is_fee && (plan.rank == PLAN_UNKNOWN ||
                      plan_coins(j->config, j->config->packages[plan.package].price) != payment->amount);
}

static enum verdict judge_payment(const struct judging *j, uint32_t at, const struct whole *whole, struct plan *plan) {
    const struct payment *payment = &j->purchases->payments[at];
    *plan = plan_of_payment(j, at, whole);
    if ((payment->flags & EVIDENCE_PAID) == 0)
        return judge_unpaid(payment->flags);
    if ((payment->flags & EVIDENCE_LOST) != 0)
        return VERDICT_LOST;
    if ((payment->flags & EVIDENCE_REFUNDED) != 0 || payment->refunded >= payment->amount)
        return VERDICT_REFUNDED;
    if (is_setup_fee(j, payment, *plan))
        return VERDICT_SETUP_FEE;
    if (is_bare(j, at, whole))
        return VERDICT_BARE_CHARGE;
    if (plan->rank == PLAN_UNKNOWN)
        return VERDICT_NO_PLAN;
    if ((payment->flags & EVIDENCE_LATER_CYCLE) != 0 && (whole->flags & EVIDENCE_BEGINNING) == 0)
        return VERDICT_RENEWAL;
    return VERDICT_COUNTS;
}

/* The one that is the purchase: it counts and was first. Equal moments are told apart by all that a row shows. */
static bool is_before(const struct payment *a, struct plan plan_a, const struct payment *b, struct plan plan_b) {
    if (a->at != b->at)
        return a->at < b->at;
    if (a->amount != b->amount)
        return a->amount > b->amount;
    if (plan_a.package != plan_b.package)
        return plan_a.package < plan_b.package;
    return a->currency != b->currency ? a->currency < b->currency : a->method < b->method;
}

static enum verdict judge_whole(const struct judging *j, uint32_t first, struct purchase *out) {
    struct whole whole;
    struct plan plan, chosen_plan = {PLAN_UNKNOWN, 0};
    const struct payment *chosen = NULL;
    enum verdict verdict = VERDICT_NO_PAYMENT;
    sum_up(j, first, &whole);
    for (uint32_t at = first; at != IDMAP_NONE; at = j->next[at]) {
        const struct payment *payment = &j->purchases->payments[at];
        if ((payment->flags & EVIDENCE_SOLID) == 0 && whole.solid_paid)
            continue; /* a session that tells of a payment seen elsewhere */
        enum verdict own = judge_payment(j, at, &whole, &plan);
        bool better = own < verdict;
        if (own == VERDICT_COUNTS && (chosen == NULL || is_before(payment, plan, chosen, chosen_plan))) {
            chosen = payment;
            chosen_plan = plan;
        }
        verdict = better ? own : verdict;
    }
    if (chosen != NULL) {
        out->at = chosen->at;
        out->amount = chosen->amount;
        out->currency = chosen->currency;
        out->method = chosen->method;
        out->package = chosen_plan.package;
    }
    return verdict;
}

/* ---- who bought ---- */

static bool push(uint64_t **keys, size_t *count, size_t *capacity, uint64_t key) {
    if (key == 0)
        return true;
    if (!array_reserve(keys, capacity, *count + 1, sizeof **keys))
        return false;
    (*keys)[(*count)++] = key;
    return true;
}

static bool push_email(struct judging *j, uint64_t key) {
    return push(&j->emails, &j->email_count, &j->email_capacity, key);
}

static bool push_customer(struct judging *j, uint32_t customer) {
    const struct purchases *p = j->purchases;
    if (customer == IDMAP_NONE)
        return true;
    bool done = push_email(j, p->customers[customer]);
    size_t e = first_extra(p, EXTRA_CUSTOMER_EMAIL, customer);
    for (; done && is_extra_of(p, e, EXTRA_CUSTOMER_EMAIL, customer); e++)
        done = push_email(j, p->extras[e].key);
    return done;
}

static bool push_direct(struct judging *j, uint32_t at) {
    const struct purchases *p = j->purchases;
    const struct payment *payment = &p->payments[at];
    bool done = push(&j->references, &j->reference_count, &j->reference_capacity, payment->reference) &&
                push_email(j, payment->email);
    for (size_t e = first_extra(p, EXTRA_REFERENCE, at); done && is_extra_of(p, e, EXTRA_REFERENCE, at); e++)
        done = push(&j->references, &j->reference_count, &j->reference_capacity, p->extras[e].key);
    for (size_t e = first_extra(p, EXTRA_EMAIL, at); done && is_extra_of(p, e, EXTRA_EMAIL, at); e++)
        done = push_email(j, p->extras[e].key);
    return done;
}

static bool push_learned(struct judging *j, uint32_t at) {
    const struct purchases *p = j->purchases;
    bool done = push_customer(j, p->payments[at].customer);
    for (size_t e = first_extra(p, EXTRA_CUSTOMER, at); done && is_extra_of(p, e, EXTRA_CUSTOMER, at); e++)
        done = push_customer(j, (uint32_t)p->extras[e].key);
    return done;
}

static bool gather_names(struct judging *j, uint32_t first, struct purchase *out) {
    bool done = true;
    j->reference_count = j->email_count = 0;
    for (uint32_t at = first; done && at != IDMAP_NONE; at = j->next[at])
        done = push_direct(j, at);
    out->own_email_count = j->email_count;
    for (uint32_t at = first; done && at != IDMAP_NONE; at = j->next[at])
        done = push_learned(j, at);
    out->references = j->references;
    out->reference_count = j->reference_count;
    out->emails = j->emails;
    out->email_count = j->email_count;
    return done;
}

static bool judge_all(struct judging *j, purchase_taker *take, void *user) {
    chain_payments(j);
    mark_subscribed(j);
    for (size_t i = 0; i < j->purchases->payment_count; i++) {
        struct purchase purchase = {0};
        if (j->first[i] == IDMAP_NONE)
            continue;
        purchase.verdict = judge_whole(j, j->first[i], &purchase);
        if (!gather_names(j, j->first[i], &purchase) || !take(user, &purchase))
            return false;
    }
    return true;
}

bool purchases_judge(struct purchases *p, const struct config *config, purchase_taker *take, void *user) {
    struct judging j = {.purchases = p, .config = config};
    idmap_done(&p->ids);
    idmap_done(&p->customer_ids);
    idmap_done(&p->price_ids);
    idmap_done(&p->refund_ids);
    bool done = purchases_match(p);
    settle_refunds(p);
    settle_extras(p);
    j.first = malloc((p->payment_count + 1) * sizeof *j.first);
    j.next = malloc((p->payment_count + 1) * sizeof *j.next);
    j.subscribed = calloc(p->customer_count + 1, 1);
    done = done && j.first != NULL && j.next != NULL && j.subscribed != NULL && judge_all(&j, take, user);
    free(j.first);
    free(j.next);
    free(j.subscribed);
    free(j.references);
    free(j.emails);
    return done;
}
