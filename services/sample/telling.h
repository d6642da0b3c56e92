/*
 * telling.h - one story on its way into events: the facts of its purchases and payments, and single events of them.
 *
 * Facts are fields for the templates of shapes.h; an event shows them as they stand when it is emitted.
 */
#ifndef SAMPLE_TELLING_H
#define SAMPLE_TELLING_H

#include "services/sample/billing.h"
#include "services/sample/shapes.h"

enum { TELLING_DAY = 24 * 3600, TELLING_MONTH = 30 * TELLING_DAY };

/* What the writing of one story needs. */
struct telling {
    struct delivery *out;
    struct billing *billing;
    struct fields *fields; /* the billing's */
    const struct story *story;
    const struct shapes *shapes;
    int lines; /* of the invoice now in the fields */
};

/* ---- events ---- */

/* Send the object that the template makes of the fields, in an event of that type and moment. */
void telling_emit(struct telling *t, const char *type, const char *object, moment at);

/* The same, but the reference `name` to `id_name` may stand there as the whole object `referred`. */
void telling_emit_expanding(struct telling *t, const char *type, const char *object, moment at, const char *name,
                            const char *id_name, const char *referred);

/* ---- facts ---- */

void telling_begin_story(struct telling *t, const struct person *person);
void telling_begin_purchase(struct telling *t, size_t package, moment at);

/* A payment without an invoice: what a bare charge needs. It succeeded. */
void telling_begin_bare_payment(struct telling *t, int64_t amount, moment at, const char *description);

/* An invoice, still without lines, over what is left of its plan and fee after the discount; its intent and charge. */
void telling_begin_invoice(struct telling *t, int64_t plan, int64_t fee, moment at, const char *reason);
void telling_add_plan_line(struct telling *t, int64_t amount, bool proration); /* of the price now in the fields */

/* The first invoice of a subscription, with the set-up fee where the story has one. */
void telling_begin_first_invoice(struct telling *t, int64_t plan, moment at);

/* The outcome of the payment now in the fields. */
void telling_set_outcome(struct telling *t, int64_t amount, bool paid);

void telling_refer(struct telling *t, const char *name, const char *id_name); /* a reference by its id */
void telling_refer_to_price(struct telling *t);

int64_t telling_full_price(const struct telling *t, size_t package);

#endif
