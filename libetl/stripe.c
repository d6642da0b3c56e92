/* stripe.c - from records to evidence: events, objects, and the objects inside them. */
#include "libetl/stripe.h"

#include "libetl/array.h"
#include "libetl/hash.h"
#include "libetl/stripe_object.h"

/* ---- hashes ---- */

enum { SALT_REFERENCE = 0x5245, SALT_EMAIL = 0x454d };

uint64_t stripe_hash_id(const struct stripe_reader *reader, struct text id) {
    return id.size > 0 ? hash_bytes(id.at, id.size, reader->seed) : 0;
}

uint64_t stripe_hash_reference(const struct stripe_reader *reader, struct text id) {
    id = text_trim(id);
    return id.size > 0 ? hash_bytes(id.at, id.size, reader->seed ^ SALT_REFERENCE) : 0;
}

uint64_t stripe_hash_email(const struct stripe_reader *reader, struct text email) {
    char clean[TEXT_EMAIL];
    size_t size = email.size > 0 ? text_email(email, clean) : 0;
    return size > 0 ? hash_bytes(clean, size, reader->seed ^ SALT_EMAIL) : 0;
}

/* ---- evidence ---- */

static bool append(struct evidence_list *out, const struct evidence *e) {
    if (!array_reserve(&out->items, &out->capacity, out->count + 1, sizeof *out->items))
        return false;
    out->items[out->count++] = *e;
    return true;
}

/* A subscription's newest invoice belongs to it, but is not it. */
static bool append_tie(const struct stripe_reading *r, uint32_t object, const struct evidence *e,
                       struct evidence_list *out) {
    struct evidence tie = {.kind = EVIDENCE_TIE,
                           .subscription = e->subscription,
                           .at = EVIDENCE_NO_TIME,
                           .plan.rank = PLAN_UNKNOWN,
                           .flags = EVIDENCE_BILLED};
    tie.invoice = stripe_object_reference(r, object, TAPE_latest_invoice);
    return tie.invoice == 0 || append(out, &tie);
}

static enum stripe_result read_object(struct stripe_reading *r, uint32_t object, const struct stripe_kind *kind,
                                      struct evidence_list *out, enum refusal *why) {
    struct evidence e;
    *why = stripe_object_read(r, object, kind, &e);
    if (*why != REFUSAL_NONE)
        return STRIPE_REFUSED;
    bool done = append(out, &e) && (e.kind != EVIDENCE_SUBSCRIPTION || append_tie(r, object, &e, out));
    return done ? STRIPE_EVIDENCE : STRIPE_NO_MEMORY;
}

/* Objects inside a record say what they would say alone; one that is broken leaves the rest standing. */
static enum stripe_result read_inside(struct stripe_reading *r, uint32_t object, struct evidence_list *out) {
    enum refusal ignored;
    for (uint32_t at = object + 1; at < r->tape->nodes[object].after; at++) {
        if (r->tape->nodes[at].kind != TAPE_OBJECT)
            continue;
        const struct stripe_kind *kind = stripe_object_kind(r, at);
        if (kind != NULL && stripe_object_counts_inside(kind) &&
            read_object(r, at, kind, out, &ignored) == STRIPE_NO_MEMORY)
            return STRIPE_NO_MEMORY;
    }
    return STRIPE_EVIDENCE;
}

/* ---- events ---- */

static enum refusal why_not(struct text object) {
    if (object.size == 0)
        return REFUSAL_NO_KIND;
    return text_is(object, "v2.core.event") ? REFUSAL_THIN_EVENT : REFUSAL_UNRELATED;
}

/* Step into an event; a bare object is its own news. */
static uint32_t open_event(struct stripe_reading *r, uint32_t node, enum refusal *why) {
    *why = REFUSAL_NONE;
    if (!text_is(stripe_object_text(r, node, TAPE_object), "event"))
        return node;
    uint32_t object = stripe_object_member(r, stripe_object_member(r, node, TAPE_data), TAPE_object);
    r->event_type = stripe_object_text(r, node, TAPE_type);
    r->event_at = stripe_object_time(r, node, TAPE_created);
    r->other_mode = tape_member_is(r->tape, node, TAPE_livemode, r->reader->test_mode ? TAPE_TRUE : TAPE_FALSE);
    if (stripe_object_text(r, node, TAPE_id).size == 0)
        *why = REFUSAL_NO_ID;
    else if (!tape_is(r->tape, object, TAPE_OBJECT))
        *why = REFUSAL_NO_OBJECT;
    return object;
}

/* Two with the same event id are one; so are two bare objects that say the same. */
static uint64_t record_key(const struct stripe_reading *r, uint32_t node, uint32_t object,
                           const struct evidence *first) {
    if (object != node)
        return stripe_hash_id(r->reader, stripe_object_text(r, node, TAPE_id));
    return hash_bytes(first, sizeof *first, r->reader->seed);
}

enum stripe_result stripe_read(const struct stripe_reader *reader, const struct tape *tape, uint32_t node,
                               int64_t received, struct evidence_list *out, enum refusal *why) {
    struct stripe_reading r;
    stripe_object_begin(&r, reader, tape, received);
    stripe_object_list(&r, node);
    size_t before = out->count;
    struct text outer = stripe_object_text(&r, node, TAPE_object);
    if (text_is(outer, "list") || text_is(outer, "search_result"))
        return STRIPE_LIST;
    uint32_t object = open_event(&r, node, why);
    if (*why != REFUSAL_NONE)
        return STRIPE_REFUSED;
    const struct stripe_kind *kind = stripe_object_kind(&r, object);
    if (kind == NULL) {
        *why = why_not(stripe_object_text(&r, object, TAPE_object));
        return STRIPE_REFUSED;
    }
    enum stripe_result result = read_object(&r, object, kind, out, why);
    if (result == STRIPE_EVIDENCE) {
        out->items[before].record = record_key(&r, node, object, &out->items[before]);
        r.other_mode |= (out->items[before].flags & EVIDENCE_OTHER_MODE) != 0; /* so is what is inside */
        result = read_inside(&r, object, out);
    }
    if (result != STRIPE_EVIDENCE)
        out->count = before;
    return result;
}
