/*
 * tape.h - a JSON object as a flat array of nodes, in order: only the members with known names.
 *
 * Two functions write the same tape. etl_tape_scan is fast: one pass over the bytes, and only the nodes are allocated.
 * It gives up on anything that it does not fully recognise. etl_tape_read uses jansson, accepts everything that
 * jansson accepts, and is the reference: if etl_tape_scan succeeds, etl_tape_read gives an equal tape.  Members with
 * other names are checked and left out.  If several members have the same name, the last one counts.  Of descriptions,
 * only those that begin with S are kept: the ones that Stripe writes.  People's descriptions are private and contain
 * many escapes.
 */
#ifndef LIBETL_TAPE_H
#define LIBETL_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libetl/base/text.h"

/* The members that readers of payments ask for (libetl/stripe/stripe_kind.h): add those that a new one needs. */
/* clang-format off */
#define ETL_TAPE_NAMES(X) \
    X(amount) X(amount_captured) X(amount_due) X(amount_paid) X(amount_received) X(amount_refunded) \
    X(amount_total) X(billing_details) X(billing_reason) X(body) X(captured) X(charge) X(charges) \
    X(client_reference_id) X(created) X(currency) X(customer) X(customer_details) X(customer_email) X(data) \
    X(description) X(dispute) X(email) X(id) X(invoice) X(items) X(latest_charge) X(latest_invoice) \
    X(line_items) X(lines) X(livemode) X(lookup_key) X(mode) X(nickname) X(object) X(paid) X(paid_at) \
    X(parent) X(payment) X(payment_intent) X(payment_method_details) X(payment_method_types) X(payment_status) \
    X(payments) X(plan) X(price) X(price_details) X(pricing) X(product) X(proration) X(receipt_email) \
    X(received_at) X(recurring) X(refunded) X(refunds) X(status) X(status_transitions) X(subscription) \
    X(subscription_details) X(subscription_item_details) X(trial_end) X(type) X(unit_amount) \
    X(unit_amount_decimal)
/* clang-format on */

#define ETL_TAPE_NAME(name) ETL_TAPE_##name,
enum etl_tape_name { ETL_TAPE_unnamed, ETL_TAPE_NAMES(ETL_TAPE_NAME) ETL_TAPE_name_count };
#undef ETL_TAPE_NAME

enum etl_tape_kind {
    ETL_TAPE_OTHER, /* also null and fractions */
    ETL_TAPE_FALSE,
    ETL_TAPE_TRUE,
    ETL_TAPE_INTEGER,
    ETL_TAPE_TEXT,
    ETL_TAPE_OBJECT,
    ETL_TAPE_ARRAY
};

struct etl_tape_node {
    uint8_t kind;   /* enum etl_tape_kind */
    uint8_t name;   /* enum etl_tape_name: of this member; ETL_TAPE_unnamed in an array */
    uint32_t after; /* index of the first node after this one and its contents */
    union {
        struct etl_text text; /* borrowed from the bytes or from `owner` */
        int64_t integer;
    };
};

struct etl_tape {
    struct etl_tape_node *nodes; /* [count]; the first represents "no node", the second is the object itself */
    size_t count, capacity;
    void *owner; /* jansson's tree, if etl_tape_read made the tape */
};

enum {
    ETL_TAPE_MAX_NODES = 1 << 20, /* of one record */
    ETL_TAPE_NONE = 0,            /* the node for "no node": of kind ETL_TAPE_OTHER, without members */
    ETL_TAPE_ROOT = 1
};

enum etl_tape_result { ETL_TAPE_DONE, ETL_TAPE_UNKNOWN /* not recognised: use etl_tape_read */, ETL_TAPE_NO_MEMORY };

/* Make the tape of the object at the start of text; *used is its length. A tape can be reused. */
enum etl_tape_result etl_tape_scan(struct etl_tape *tape, struct etl_text text, size_t *used);

/* The same with jansson, for text that contains one object and nothing else. */
enum etl_tape_result etl_tape_read(struct etl_tape *tape, struct etl_text text);

void etl_tape_done(struct etl_tape *tape); /* a zeroed struct is fine */

/* ---- reading; every function is safe if the member is missing or of another kind ---- */

static inline bool etl_tape_is(const struct etl_tape *tape, uint32_t node, enum etl_tape_kind kind) {
    return tape->nodes[node].kind == (uint8_t)kind;
}

/* A member of an object, or ETL_TAPE_NONE. */
static inline uint32_t etl_tape_member(const struct etl_tape *tape, uint32_t object, enum etl_tape_name name) {
    const struct etl_tape_node *nodes = tape->nodes;
    if (nodes[object].kind != ETL_TAPE_OBJECT)
        return ETL_TAPE_NONE;
    for (uint32_t at = object + 1; at < nodes[object].after; at = nodes[at].after)
        if (nodes[at].name == name)
            return at;
    return ETL_TAPE_NONE;
}

/* The first item of an array, and the next item after one; ETL_TAPE_NONE if there is none. */
static inline uint32_t etl_tape_first(const struct etl_tape *tape, uint32_t array) {
    return etl_tape_is(tape, array, ETL_TAPE_ARRAY) && tape->nodes[array].after > array + 1 ? array + 1 : ETL_TAPE_NONE;
}

static inline uint32_t etl_tape_next(const struct etl_tape *tape, uint32_t array, uint32_t item) {
    uint32_t next = tape->nodes[item].after;
    return next < tape->nodes[array].after ? next : ETL_TAPE_NONE;
}

/* The text of a node; empty if it is not a text. */
static inline struct etl_text etl_tape_text(const struct etl_tape *tape, uint32_t node) {
    return etl_tape_is(tape, node, ETL_TAPE_TEXT) ? tape->nodes[node].text : (struct etl_text){"", 0};
}

static inline int64_t etl_tape_integer(const struct etl_tape *tape, uint32_t node, int64_t otherwise) {
    return etl_tape_is(tape, node, ETL_TAPE_INTEGER) ? tape->nodes[node].integer : otherwise;
}

/* The same for a member. */
static inline struct etl_text etl_tape_member_text(const struct etl_tape *tape, uint32_t object,
                                                   enum etl_tape_name name) {
    return etl_tape_text(tape, etl_tape_member(tape, object, name));
}

static inline int64_t etl_tape_member_integer(const struct etl_tape *tape, uint32_t object, enum etl_tape_name name,
                                              int64_t otherwise) {
    return etl_tape_integer(tape, etl_tape_member(tape, object, name), otherwise);
}

static inline bool etl_tape_member_is(const struct etl_tape *tape, uint32_t object, enum etl_tape_name name,
                                      enum etl_tape_kind kind) {
    uint32_t node = etl_tape_member(tape, object, name);
    return node != ETL_TAPE_NONE && etl_tape_is(tape, node, kind);
}

/* Whether the text of a member is kept; for the functions that make a tape. */
bool etl_tape_keeps(enum etl_tape_name name, struct etl_text text);

/* The number of a name; ETL_TAPE_unnamed if it is not known. */
enum etl_tape_name etl_tape_name_of(struct etl_text name);

#endif
