/* purchases.c - finds what belongs together and keeps what is said of it. */
#include "libetl/purchases.h"

#include <stdlib.h>

#include "libetl/array.h"
#include "libetl/hash.h"

static const struct payment nothing = {.customer = IDMAP_NONE,
                                       .price = IDMAP_NONE,
                                       .sighting = IDMAP_NONE,
                                       .at = EVIDENCE_NO_TIME,
                                       .plan = {PLAN_UNKNOWN, 0}};

/* ---- sets ---- */

static uint32_t find_same(struct purchases *p, uint32_t at) {
    struct payment *payments = p->payments;
    while (payments[at].same != at) {
        payments[at].same = payments[payments[at].same].same;
        at = payments[at].same;
    }
    return at;
}

static uint32_t find_whole(struct purchases *p, uint32_t at) {
    struct payment *payments = p->payments;
    while (payments[at].whole != at) {
        payments[at].whole = payments[payments[at].whole].whole;
        at = payments[at].whole;
    }
    return at;
}

static void join_whole(struct purchases *p, uint32_t a, uint32_t b) {
    a = find_whole(p, a);
    b = find_whole(p, b);
    if (a != b)
        p->payments[a < b ? b : a].whole = a < b ? a : b;
}

static uint32_t new_payment(struct purchases *p) {
    if (p->payment_count >= IDMAP_NONE ||
        !array_reserve(&p->payments, &p->payment_capacity, p->payment_count + 1, sizeof *p->payments))
        return IDMAP_NONE;
    uint32_t place = (uint32_t)p->payment_count++;
    p->payments[place] = nothing;
    p->payments[place].same = p->payments[place].whole = place;
    return place;
}

/* ---- laying facts over facts ---- */

static bool add_extra(struct purchases *p, uint32_t kind, uint32_t owner, uint64_t key) {
    if (!array_reserve(&p->extras, &p->extra_capacity, p->extra_count + 1, sizeof *p->extras))
        return false;
    p->extras[p->extra_count++] = (struct purchase_extra){key, owner, kind};
    return true;
}

/* Keep a hash: in its field where that is free, beside it where it holds another. */
static bool keep_key(struct purchases *p, uint64_t *field, uint64_t key, uint32_t kind, uint32_t owner) {
    if (key == 0 || *field == key)
        return true;
    if (*field != 0)
        return add_extra(p, kind, owner, key);
    *field = key;
    return true;
}

/* The same for the place of a customer or price. */
static bool keep_place(struct purchases *p, uint32_t *field, uint32_t place, uint32_t kind, uint32_t owner) {
    if (place == IDMAP_NONE || *field == place)
        return true;
    if (*field != IDMAP_NONE)
        return add_extra(p, kind, owner, place);
    *field = place;
    return true;
}

static uint32_t smaller(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static bool keep_customer(struct purchases *p, uint32_t place, uint32_t customer) {
    struct payment *payment = &p->payments[place];
    if (payment->customer != IDMAP_NONE && customer != IDMAP_NONE && payment->customer != customer)
        payment->flags |= EVIDENCE_SEVERAL_CUSTOMERS;
    return keep_place(p, &payment->customer, customer, EXTRA_CUSTOMER, place);
}

/* Keep the plan a subscription had at the earliest moment; of those of one moment each once. */
static bool keep_sighting(struct purchases *p, uint32_t place, struct purchase_sighting new) {
    uint32_t *head = &p->payments[place].sighting;
    for (uint32_t at = *head; at != IDMAP_NONE; at = p->sightings[at].next) {
        const struct purchase_sighting *s = &p->sightings[at];
        bool same = s->at == new.at && s->price == new.price && s->plan.rank == new.plan.rank &&
                    s->plan.package == new.plan.package;
        if (s->at < new.at || same)
            return true;
    }
    new.next = *head;
    if (*head != IDMAP_NONE && p->sightings[*head].at > new.at) {
        new.next = IDMAP_NONE;
        p->sightings[*head] = new;
        return true;
    }
    if (!array_reserve(&p->sightings, &p->sighting_capacity, p->sighting_count + 1, sizeof *p->sightings))
        return false;
    *head = (uint32_t)p->sighting_count;
    p->sightings[p->sighting_count++] = new;
    return true;
}

static bool keep_sightings(struct purchases *p, uint32_t place, uint32_t from) {
    bool done = true;
    for (uint32_t next; done && from != IDMAP_NONE; from = next) {
        next = p->sightings[from].next;
        done = keep_sighting(p, place, p->sightings[from]);
    }
    return done;
}

/* What was paid, largest and first; only where nothing was, what was asked for. */
static void lay_sum(struct payment *into, const struct payment *from) {
    bool into_paid = (into->flags & EVIDENCE_PAID) != 0, from_paid = (from->flags & EVIDENCE_PAID) != 0;
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

static bool lay(struct purchases *p, uint32_t place, const struct payment *from) {
    struct payment *into = &p->payments[place];
    lay_sum(into, from);
    into->flags |= from->flags;
    if (from->refunded > into->refunded)
        into->refunded = from->refunded;
    if (from->method != 0 && (into->method == 0 || from->method < into->method))
        into->method = from->method;
    into->plan = plan_surer(into->plan, from->plan);
    return keep_key(p, &into->email, from->email, EXTRA_EMAIL, place) &&
           keep_key(p, &into->reference, from->reference, EXTRA_REFERENCE, place) &&
           keep_customer(p, place, from->customer) && keep_place(p, &into->price, from->price, EXTRA_PRICE, place) &&
           keep_sightings(p, place, from->sighting);
}

/* Two payments turn out to be one. */
static bool join_same(struct purchases *p, uint32_t a, uint32_t b, uint32_t *joined) {
    a = find_same(p, a);
    b = find_same(p, b);
    *joined = smaller(a, b);
    if (a == b)
        return true;
    uint32_t other = a < b ? b : a;
    struct payment facts = p->payments[other];
    p->payments[other].same = *joined;
    join_whole(p, a, b);
    return lay(p, *joined, &facts);
}

bool purchases_join(struct purchases *p, uint32_t a, uint32_t b) {
    uint32_t joined;
    return join_same(p, a, b, &joined);
}

/* ---- ids ---- */

/* The payment of an id, joined with `place` (IDMAP_NONE: none yet), which is moved to what stands for both. */
static bool tie_payment(struct purchases *p, uint64_t id, uint32_t *place) {
    if (id == 0)
        return true;
    uint32_t *known = idmap_at(&p->ids, id, IDMAP_NONE);
    if (known == NULL)
        return false;
    if (*known == IDMAP_NONE) {
        if (*place == IDMAP_NONE)
            *place = new_payment(p);
        *known = *place;
        return *place != IDMAP_NONE;
    }
    return *place == IDMAP_NONE ? (*place = find_same(p, *known), true) : join_same(p, *place, *known, place);
}

/* A subscription's id leads to any payment of it; `place` becomes one. */
static bool tie_subscription(struct purchases *p, uint64_t id, uint32_t place) {
    if (id == 0 || place == IDMAP_NONE)
        return true;
    uint32_t *known = idmap_at(&p->ids, id, place);
    if (known != NULL && *known != place)
        join_whole(p, place, *known);
    return known != NULL;
}

/* What a subscription says of itself is laid down apart from its payments, as if it were one more. */
static bool find_subscription(struct purchases *p, uint64_t id, uint32_t *place) {
    return tie_payment(p, hash_join(id, 1), place);
}

/* Whether an invoice or a payment intent names what the session is about, so that nobody need ask by its own id. */
static bool is_named_without_session(const struct evidence *e) {
    return e->session == 0 || e->invoice != 0 || e->intent != 0;
}

static bool find_payment(struct purchases *p, const struct evidence *e, uint32_t *place) {
    *place = IDMAP_NONE;
    return (e->kind != EVIDENCE_SUBSCRIPTION || find_subscription(p, e->subscription, place)) &&
           tie_payment(p, e->invoice, place) && tie_payment(p, e->intent, place) && tie_payment(p, e->charge, place) &&
           (is_named_without_session(e) || tie_payment(p, e->session, place)) &&
           tie_subscription(p, e->subscription, *place);
}

static bool find_customer(struct purchases *p, uint64_t id, uint32_t *place) {
    *place = IDMAP_NONE;
    if (id == 0)
        return true;
    uint32_t *known = idmap_at(&p->customer_ids, id, (uint32_t)p->customer_count);
    if (known == NULL)
        return false;
    *place = *known;
    if (*place < p->customer_count)
        return true;
    if (!array_reserve(&p->customers, &p->customer_capacity, p->customer_count + 1, sizeof *p->customers))
        return false;
    p->customers[p->customer_count++] = 0;
    return true;
}

/* The place of a price; what a record knows of it is laid down there. */
static bool find_price(struct purchases *p, uint64_t id, struct plan plan, uint32_t *place) {
    *place = IDMAP_NONE;
    if (id == 0)
        return true;
    uint32_t *known = idmap_at(&p->price_ids, id, (uint32_t)p->price_count);
    if (known == NULL)
        return false;
    *place = *known;
    if (*place == p->price_count) {
        if (!array_reserve(&p->prices, &p->price_capacity, p->price_count + 1, sizeof *p->prices))
            return false;
        p->prices[p->price_count++] = (struct plan){PLAN_UNKNOWN, 0};
    }
    p->prices[*place] = plan_surer(p->prices[*place], plan);
    return true;
}

/* ---- kinds of evidence ---- */

static bool learn_customer_email(struct purchases *p, uint32_t customer, uint64_t email) {
    return customer == IDMAP_NONE || keep_key(p, &p->customers[customer], email, EXTRA_CUSTOMER_EMAIL, customer);
}

static bool add_refund(struct purchases *p, const struct evidence *e, uint32_t payment) {
    if (payment == IDMAP_NONE || (e->flags & EVIDENCE_OTHER_MODE) != 0)
        return true;
    uint32_t *known = idmap_at(&p->refund_ids, e->other, (uint32_t)p->refund_count);
    if (known == NULL)
        return false;
    if (*known == p->refund_count) {
        if (!array_reserve(&p->refunds, &p->refund_capacity, p->refund_count + 1, sizeof *p->refunds))
            return false;
        p->refunds[p->refund_count++] = (struct purchase_refund){payment, 0, 0};
    }
    struct purchase_refund *refund = &p->refunds[*known];
    if (!join_same(p, refund->payment, payment, &payment)) /* one record may name the charge, another the intent */
        return false;
    refund->dropped |= (e->flags & EVIDENCE_DROPPED) != 0;
    if (e->amount > refund->amount)
        refund->amount = e->amount;
    return true;
}

static void fill_facts(struct payment *facts, const struct evidence *e, uint32_t customer, uint32_t price) {
    *facts = nothing;
    facts->flags = e->flags & ~(uint32_t)EVIDENCE_DROPPED;
    facts->customer = customer;
    facts->email = e->email;
    facts->reference = e->reference;
    if (e->kind == EVIDENCE_PAYMENT) {
        facts->amount = e->amount;
        facts->refunded = e->refunded;
        facts->currency = e->currency;
        facts->method = e->method;
        facts->at = e->at;
        facts->plan = e->plan;
        facts->price = price;
    }
    if (e->kind == EVIDENCE_SUBSCRIPTION) /* its lines are the plan's, whatever is charged once */
        facts->flags &= ~(uint32_t)(EVIDENCE_ONE_TIME | EVIDENCE_PLAN_LINE);
}

static bool add_sighting(struct purchases *p, const struct evidence *e, uint32_t payment, uint32_t price) {
    bool knows = e->plan.rank != PLAN_UNKNOWN || price != IDMAP_NONE;
    return !knows || keep_sighting(p, payment, (struct purchase_sighting){e->at, price, IDMAP_NONE, e->plan});
}

bool purchases_add(struct purchases *p, const struct evidence *e) {
    uint32_t customer, price, payment;
    struct payment facts;
    if (!find_customer(p, e->customer, &customer) || !find_price(p, e->price, e->plan, &price) ||
        !learn_customer_email(p, customer, e->email))
        return false;
    if (e->kind == EVIDENCE_CUSTOMER || e->kind == EVIDENCE_PRICE)
        return true;
    if (!find_payment(p, e, &payment))
        return false;
    if (payment == IDMAP_NONE)
        return true;
    fill_facts(&facts, e, customer, price);
    payment = find_same(p, payment);
    return lay(p, payment, &facts) && (e->kind != EVIDENCE_REFUND || add_refund(p, e, payment)) &&
           (e->kind != EVIDENCE_SUBSCRIPTION || add_sighting(p, e, payment, price));
}

void purchases_prefetch(const struct purchases *p, const struct evidence *e) {
    const uint64_t ids[] = {e->invoice, e->intent, e->charge, e->subscription};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        if (ids[i] != 0)
            idmap_prefetch(&p->ids, ids[i]);
    if (e->customer != 0)
        idmap_prefetch(&p->customer_ids, e->customer);
}

void purchases_done(struct purchases *p) {
    idmap_done(&p->ids);
    idmap_done(&p->customer_ids);
    idmap_done(&p->price_ids);
    idmap_done(&p->refund_ids);
    free(p->payments);
    free(p->customers);
    free(p->prices);
    free(p->sightings);
    free(p->refunds);
    free(p->extras);
    *p = (struct purchases){0};
}
