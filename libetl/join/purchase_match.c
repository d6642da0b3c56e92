/* purchase_match.c - finds the invoice of charges without an invoice id, by customer, amount and time. */
#include <stdlib.h>

#include "libetl/base/array.h"
#include "libetl/join/purchases.h"

enum { DAY = 86400 };

/* A charge without an invoice, or an invoice without a charge. */
struct unmatched {
    uint64_t customer; /* its index */
    int64_t amount, at;
    uint32_t payment;
    etl_money_currency currency;
    bool charge;
};

static bool is_unmatched(const struct etl_payment *payment, bool *charge) {
    const uint32_t shape = ETL_FACT_CHARGED | ETL_FACT_FOR_SUBSCRIPTION | ETL_FACT_BILLED | ETL_FACT_SUBSCRIBED |
                           ETL_FACT_SEVERAL_CUSTOMERS;
    uint32_t flags = payment->flags & shape;
    *charge = flags == (ETL_FACT_CHARGED | ETL_FACT_FOR_SUBSCRIPTION);
    bool invoice = (flags & ETL_FACT_BILLED) != 0 && (flags & (ETL_FACT_CHARGED | ETL_FACT_SEVERAL_CUSTOMERS)) == 0;
    return (*charge || invoice) && payment->customer != ETL_IDMAP_NONE && payment->amount > 0 &&
           payment->at != ETL_FACT_NO_TIME;
}

static int by_likeness(const void *a, const void *b) {
    const struct unmatched *x = a, *y = b;
    if (x->customer != y->customer)
        return x->customer < y->customer ? -1 : 1;
    if (x->currency != y->currency)
        return x->currency < y->currency ? -1 : 1;
    if (x->amount != y->amount)
        return x->amount < y->amount ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static bool are_alike(const struct unmatched *a, const struct unmatched *b) {
    return a->customer == b->customer && a->currency == b->currency && a->amount == b->amount;
}

static int64_t distance(const struct unmatched *a, const struct unmatched *b) {
    return a->at < b->at ? b->at - a->at : a->at - b->at;
}

/*
 * The nearer of two invoices to a charge; neither if both are equally near, because the order of reading must not
 * matter.
 */
static void keep_nearer(const struct unmatched *charge, const struct unmatched *invoice, const struct unmatched **best,
                        bool *unclear) {
    if (*best != NULL && distance(*best, charge) <= distance(invoice, charge)) {
        *unclear |= distance(*best, charge) == distance(invoice, charge);
        return;
    }
    *best = invoice;
    *unclear = false;
}

/*
 * The nearest invoice among the neighbours of loose[i] with the same customer and amount; NULL if none is near or two
 * are equally near.
 */
static const struct unmatched *find_invoice(const struct unmatched *unmatched, size_t count, size_t i) {
    const struct unmatched *best = NULL;
    bool unclear = false;
    for (size_t k = i;
         k-- > 0 && are_alike(&unmatched[k], &unmatched[i]) && distance(&unmatched[k], &unmatched[i]) <= DAY;)
        if (!unmatched[k].charge)
            keep_nearer(&unmatched[i], &unmatched[k], &best, &unclear);
    for (size_t k = i + 1;
         k < count && are_alike(&unmatched[k], &unmatched[i]) && distance(&unmatched[k], &unmatched[i]) <= DAY; k++)
        if (!unmatched[k].charge)
            keep_nearer(&unmatched[i], &unmatched[k], &best, &unclear);
    return unclear ? NULL : best;
}

/* The customers with a loose charge: only their invoices matter. NULL if memory runs out. */
static uint8_t *mark_customers(const struct etl_purchases *p, size_t *charges) {
    uint8_t *marked = calloc(p->customer_count + 1, 1);
    bool charge;
    *charges = 0;
    for (uint32_t i = 0; marked != NULL && i < p->payment_count; i++)
        if (p->payments[i].same == i && is_unmatched(&p->payments[i], &charge) && charge) {
            marked[p->payments[i].customer] = 1;
            ++*charges;
        }
    return marked;
}

static bool collect_unmatched(const struct etl_purchases *p, const uint8_t *marked, struct unmatched **unmatched,
                              size_t *count) {
    size_t capacity = 0;
    bool charge;
    for (uint32_t i = 0; i < p->payment_count; i++) {
        const struct etl_payment *payment = &p->payments[i];
        if (payment->same != i || !is_unmatched(payment, &charge) || marked[payment->customer] == 0)
            continue;
        if (!etl_array_reserve(unmatched, &capacity, *count + 1, sizeof **unmatched))
            return false;
        (*unmatched)[(*count)++] =
            (struct unmatched){payment->customer, payment->amount, payment->at, i, payment->currency, charge};
    }
    return true;
}

bool etl_purchases_match(struct etl_purchases *p) {
    struct unmatched *unmatched = NULL;
    size_t count = 0, charges;
    uint8_t *marked = mark_customers(p, &charges);
    bool done = marked != NULL && (charges == 0 || collect_unmatched(p, marked, &unmatched, &count));
    if (done && count > 0)
        qsort(unmatched, count, sizeof *unmatched, by_likeness);
    for (size_t i = 0; done && i < count; i++) {
        const struct unmatched *invoice = unmatched[i].charge ? find_invoice(unmatched, count, i) : NULL;
        done = invoice == NULL || etl_purchases_join(p, unmatched[i].payment, invoice->payment);
    }
    free(marked);
    free(unmatched);
    return done;
}
