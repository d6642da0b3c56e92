/* stripe_record.c - turns records into payment facts: events, objects, and the objects inside them. */
#include "libetl/stripe/stripe_record.h"

#include "libetl/base/array.h"
#include "libetl/stripe/stripe_object.h"

/* ---- facts ---- */

static bool append(struct etl_payment_fact_list *out, const struct etl_payment_fact *e) {
    if (!etl_array_reserve(&out->items, &out->capacity, out->count + 1, sizeof *out->items))
        return false;
    out->items[out->count++] = *e;
    return true;
}

/* A subscription's newest invoice belongs to the subscription, but is a different object. */
static bool append_link(const struct etl_stripe_record *r, uint32_t object, const struct etl_payment_fact *e,
                        struct etl_payment_fact_list *out) {
    struct etl_payment_fact link = {.kind = ETL_FACT_LINK,
                                    .subscription = e->subscription,
                                    .at = ETL_FACT_NO_TIME,
                                    .plan.rank = ETL_PLAN_UNKNOWN,
                                    .flags = ETL_FACT_BILLED};
    link.invoice = etl_stripe_object_reference(r, object, ETL_TAPE_latest_invoice);
    return link.invoice == 0 || append(out, &link);
}

static enum etl_stripe_result read_object(struct etl_stripe_record *r, uint32_t object,
                                          const struct etl_stripe_kind *kind, struct etl_payment_fact_list *out,
                                          enum etl_reject_reason *reason) {
    struct etl_payment_fact e;
    *reason = etl_stripe_object_read(r, object, kind, &e);
    if (*reason != ETL_REJECT_NONE)
        return ETL_STRIPE_REJECTED;
    bool done = append(out, &e) && (e.kind != ETL_FACT_SUBSCRIPTION || append_link(r, object, &e, out));
    return done ? ETL_STRIPE_FACTS : ETL_STRIPE_NO_MEMORY;
}

/* Objects inside a record are read like separate records. A broken one does not affect the others. */
static enum etl_stripe_result read_nested(struct etl_stripe_record *r, uint32_t object,
                                          struct etl_payment_fact_list *out) {
    enum etl_reject_reason ignored;
    for (uint32_t at = object + 1; at < r->tape->nodes[object].after; at++) {
        if (r->tape->nodes[at].kind != ETL_TAPE_OBJECT)
            continue;
        const struct etl_stripe_kind *kind = etl_stripe_object_kind(r, at);
        if (kind != NULL && kind->nested && read_object(r, at, kind, out, &ignored) == ETL_STRIPE_NO_MEMORY)
            return ETL_STRIPE_NO_MEMORY;
    }
    return ETL_STRIPE_FACTS;
}

/* ---- events ---- */

static enum etl_reject_reason reject_reason_of(struct etl_text object) {
    if (object.size == 0)
        return ETL_REJECT_NO_KIND;
    return etl_text_is(object, "v2.core.event") ? ETL_REJECT_THIN_EVENT : ETL_REJECT_UNRELATED;
}

/* Step into an event's object; an object without an event stays as it is. */
static uint32_t open_event(struct etl_stripe_record *r, uint32_t node, enum etl_reject_reason *reason) {
    *reason = ETL_REJECT_NONE;
    if (!etl_text_is(etl_stripe_object_text(r, node, ETL_TAPE_object), "event"))
        return node;
    uint32_t object = etl_stripe_object_member(r, etl_stripe_object_member(r, node, ETL_TAPE_data), ETL_TAPE_object);
    r->event_type = etl_stripe_object_text(r, node, ETL_TAPE_type);
    r->event_at = etl_stripe_object_time(r, node, ETL_TAPE_created);
    r->other_mode =
        etl_tape_member_is(r->tape, node, ETL_TAPE_livemode, r->reader->test_mode ? ETL_TAPE_TRUE : ETL_TAPE_FALSE);
    if (etl_stripe_object_text(r, node, ETL_TAPE_id).size == 0)
        *reason = ETL_REJECT_NO_ID;
    else if (!etl_tape_is(r->tape, object, ETL_TAPE_OBJECT))
        *reason = ETL_REJECT_NO_OBJECT;
    return object;
}

/* Two records with the same event id are duplicates, and so are two objects with equal facts. */
static uint64_t record_key(const struct etl_stripe_record *r, uint32_t node, uint32_t object,
                           const struct etl_payment_fact *first) {
    if (object != node)
        return etl_hash_id(r->reader->key, etl_stripe_object_text(r, node, ETL_TAPE_id));
    return etl_hash_bytes(r->reader->key, ETL_HASH_RECORD, first, sizeof *first);
}

enum etl_stripe_result etl_stripe_read(const struct etl_stripe_reader *reader, const struct etl_tape *tape,
                                       uint32_t node, int64_t received, struct etl_payment_fact_list *out,
                                       enum etl_reject_reason *reason) {
    struct etl_stripe_record r;
    etl_stripe_object_begin(&r, reader, tape, received);
    etl_stripe_object_list(&r, node);
    size_t before = out->count;
    struct etl_text outer = etl_stripe_object_text(&r, node, ETL_TAPE_object);
    if (etl_text_is(outer, "list") || etl_text_is(outer, "search_result"))
        return ETL_STRIPE_LIST;
    uint32_t object = open_event(&r, node, reason);
    if (*reason != ETL_REJECT_NONE)
        return ETL_STRIPE_REJECTED;
    const struct etl_stripe_kind *kind = etl_stripe_object_kind(&r, object);
    if (kind == NULL) {
        *reason = reject_reason_of(etl_stripe_object_text(&r, object, ETL_TAPE_object));
        return ETL_STRIPE_REJECTED;
    }
    enum etl_stripe_result result = read_object(&r, object, kind, out, reason);
    if (result == ETL_STRIPE_FACTS) {
        out->items[before].record = record_key(&r, node, object, &out->items[before]);
        r.other_mode |= (out->items[before].flags & ETL_FACT_OTHER_MODE) != 0; /* the objects inside too */
        result = read_nested(&r, object, out);
    }
    if (result != ETL_STRIPE_FACTS)
        out->count = before;
    return result;
}
