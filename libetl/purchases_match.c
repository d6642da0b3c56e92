/* purchases_match.c - charges that name no invoice find theirs by customer, sum and time. */
#include <stdlib.h>

#include "libetl/array.h"
#include "libetl/purchases.h"

enum { DAY = 86400 };

/* A charge without an invoice, or an invoice without a charge. */
struct loose {
    uint64_t customer; /* its place */
    int64_t amount, at;
    uint32_t payment;
    money_currency currency;
    bool charge;
};

static bool is_loose(const struct payment *payment, bool *charge) {
    const uint32_t shape = EVIDENCE_CHARGED | EVIDENCE_FOR_SUBSCRIPTION | EVIDENCE_BILLED | EVIDENCE_SUBSCRIBED |
                           EVIDENCE_SEVERAL_CUSTOMERS;
    uint32_t flags = payment->flags & shape;
    *charge = flags == (EVIDENCE_CHARGED | EVIDENCE_FOR_SUBSCRIPTION);
    bool invoice = (flags & EVIDENCE_BILLED) != 0 && (flags & (EVIDENCE_CHARGED | EVIDENCE_SEVERAL_CUSTOMERS)) == 0;
    return (*charge || invoice) && payment->customer != IDMAP_NONE && payment->amount > 0 &&
           payment->at != EVIDENCE_NO_TIME;
}

static int by_likeness(const void *a, const void *b) {
    const struct loose *x = a, *y = b;
    if (x->customer != y->customer)
        return x->customer < y->customer ? -1 : 1;
    if (x->currency != y->currency)
        return x->currency < y->currency ? -1 : 1;
    if (x->amount != y->amount)
        return x->amount < y->amount ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static bool are_alike(const struct loose *a, const struct loose *b) {
    return a->customer == b->customer && a->currency == b->currency && a->amount == b->amount;
}

static int64_t distance(const struct loose *a, const struct loose *b) {
    return a->at < b->at ? b->at - a->at : a->at - b->at;
}

/* Of two invoices the nearer to a charge; of two as near neither, since which was read first must not matter. */
static void keep_nearer(const struct loose *charge, const struct loose *invoice, const struct loose **best,
                        bool *unclear) {
    if (*best != NULL && distance(*best, charge) <= distance(invoice, charge)) {
        *unclear |= distance(*best, charge) == distance(invoice, charge);
        return;
    }
    *best = invoice;
    *unclear = false;
}

/* The nearest invoice among those like loose[i], which stand around it; NULL where none is near or two are as near. */
static const struct loose *find_invoice(const struct loose *loose, size_t count, size_t i) {
    const struct loose *best = NULL;
    bool unclear = false;
    for (size_t k = i; k-- > 0 && are_alike(&loose[k], &loose[i]) && distance(&loose[k], &loose[i]) <= DAY;)
        if (!loose[k].charge)
            keep_nearer(&loose[i], &loose[k], &best, &unclear);
    for (size_t k = i + 1; k < count && are_alike(&loose[k], &loose[i]) && distance(&loose[k], &loose[i]) <= DAY; k++)
        if (!loose[k].charge)
            keep_nearer(&loose[i], &loose[k], &best, &unclear);
    return unclear ? NULL : best;
}

/* Customers who have a loose charge: only their invoices matter. NULL where memory ends. */
static uint8_t *mark_customers(const struct purchases *p, size_t *charges) {
    uint8_t *marked = calloc(p->customer_count + 1, 1);
    bool charge;
    *charges = 0;
    for (uint32_t i = 0; marked != NULL && i < p->payment_count; i++)
        if (p->payments[i].same == i && is_loose(&p->payments[i], &charge) && charge) {
            marked[p->payments[i].customer] = 1;
            ++*charges;
        }
    return marked;
}

static bool gather_loose(const struct purchases *p, const uint8_t *marked, struct loose **loose, size_t *count) {
    size_t capacity = 0;
    bool charge;
    for (uint32_t i = 0; i < p->payment_count; i++) {
        const struct payment *payment = &p->payments[i];
        if (payment->same != i || !is_loose(payment, &charge) || marked[payment->customer] == 0)
            continue;
        if (!array_reserve(loose, &capacity, *count + 1, sizeof **loose))
            return false;
        (*loose)[(*count)++] =
            (struct loose){payment->customer, payment->amount, payment->at, i, payment->currency, charge};
    }
    return true;
}

bool purchases_match(struct purchases *p) {
    struct loose *loose = NULL;
    size_t count = 0, charges;
    uint8_t *marked = mark_customers(p, &charges);
    bool done = marked != NULL && (charges == 0 || gather_loose(p, marked, &loose, &count));
    if (done && count > 0)
        qsort(loose, count, sizeof *loose, by_likeness);
    for (size_t i = 0; done && i < count; i++) {
        const struct loose *invoice = loose[i].charge ? find_invoice(loose, count, i) : NULL;
        done = invoice == NULL || purchases_join(p, loose[i].payment, invoice->payment);
    }
    free(marked);
    free(loose);
    return done;
}
