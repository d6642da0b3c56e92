/*
 * tape.h - a JSON object laid out flat: only the members whose names we know, in order.
 *
 * Two makers write the same tape.  tape_scan is ours: one pass over the bytes, nothing allocated but the
 * nodes; it gives up on whatever it does not fully recognise.  tape_read goes through jansson, takes all
 * that jansson takes, and is the reference: where tape_scan succeeds, tape_read gives an equal tape.
 * Members with other names are checked and left out; of several members with one name the last counts.
 * Of descriptions only those are kept that begin with S, as the ones that Stripe writes itself do: people's
 * are full of escapes, and private.
 */
#ifndef LIBETL_TAPE_H
#define LIBETL_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libetl/text.h"

/* Names that tell something of a payment. */
/* clang-format off */
#define TAPE_NAMES(X) \
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

#define TAPE_NAME(name) TAPE_##name,
enum tape_name { TAPE_unnamed, TAPE_NAMES(TAPE_NAME) TAPE_name_count };
#undef TAPE_NAME

enum tape_kind {
    TAPE_OTHER, /* null and fractions */
    TAPE_FALSE,
    TAPE_TRUE,
    TAPE_WHOLE,
    TAPE_TEXT,
    TAPE_OBJECT,
    TAPE_ARRAY
};

struct tape_node {
    uint8_t kind;   /* enum tape_kind */
    uint8_t name;   /* enum tape_name: of this member; TAPE_unnamed in an array */
    uint32_t after; /* place of the first node behind this one and what is in it */
    union {
        struct text text; /* borrowed from the bytes or from `owner` */
        int64_t whole;
    };
};

struct tape {
    struct tape_node *nodes; /* [count]; the first is nothing, the second the object itself */
    size_t count, capacity;
    void *owner; /* jansson's tree, where tape_read made the tape */
};

enum {
    TAPE_MAX_NODES = 1 << 20, /* of one record */
    TAPE_NONE = 0,            /* the node that stands for nothing: of kind TAPE_OTHER, without members */
    TAPE_ROOT = 1
};

enum tape_result { TAPE_DONE, TAPE_UNKNOWN /* not recognised: ask tape_read */, TAPE_NO_MEMORY };

/* Lay out the object at the start of text; *used is its length. A tape may be used again and again. */
enum tape_result tape_scan(struct tape *tape, struct text text, size_t *used);

/* The same by jansson for text that must be one object and nothing else. */
enum tape_result tape_read(struct tape *tape, struct text text);

void tape_done(struct tape *tape); /* fine on zeroes */

/* ---- asking; every answer is harmless where the member is not there or of another kind ---- */

static inline bool tape_is(const struct tape *tape, uint32_t node, enum tape_kind kind) {
    return tape->nodes[node].kind == (uint8_t)kind;
}

/* A member of an object; TAPE_NONE where there is none. */
static inline uint32_t tape_member(const struct tape *tape, uint32_t object, enum tape_name name) {
    const struct tape_node *nodes = tape->nodes;
    if (nodes[object].kind != TAPE_OBJECT)
        return TAPE_NONE;
    for (uint32_t at = object + 1; at < nodes[object].after; at = nodes[at].after)
        if (nodes[at].name == name)
            return at;
    return TAPE_NONE;
}

/* The first item of an array, and the one after an item; TAPE_NONE where there is none. */
static inline uint32_t tape_first(const struct tape *tape, uint32_t array) {
    return tape_is(tape, array, TAPE_ARRAY) && tape->nodes[array].after > array + 1 ? array + 1 : TAPE_NONE;
}

static inline uint32_t tape_next(const struct tape *tape, uint32_t array, uint32_t item) {
    uint32_t next = tape->nodes[item].after;
    return next < tape->nodes[array].after ? next : TAPE_NONE;
}

/* A text; empty where the node is none. */
static inline struct text tape_text(const struct tape *tape, uint32_t node) {
    return tape_is(tape, node, TAPE_TEXT) ? tape->nodes[node].text : (struct text){"", 0};
}

static inline int64_t tape_whole(const struct tape *tape, uint32_t node, int64_t otherwise) {
    return tape_is(tape, node, TAPE_WHOLE) ? tape->nodes[node].whole : otherwise;
}

/* The same of a member. */
static inline struct text tape_member_text(const struct tape *tape, uint32_t object, enum tape_name name) {
    return tape_text(tape, tape_member(tape, object, name));
}

static inline int64_t tape_member_whole(const struct tape *tape, uint32_t object, enum tape_name name,
                                        int64_t otherwise) {
    return tape_whole(tape, tape_member(tape, object, name), otherwise);
}

static inline bool tape_member_is(const struct tape *tape, uint32_t object, enum tape_name name, enum tape_kind kind) {
    uint32_t node = tape_member(tape, object, name);
    return node != TAPE_NONE && tape_is(tape, node, kind);
}

/* Whether the text of a member is kept; for the makers. */
bool tape_keeps(enum tape_name name, struct text text);

/* The number of a name; TAPE_unnamed where it is none of ours. */
enum tape_name tape_name_of(struct text name);

#endif
