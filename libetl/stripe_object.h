/*
 * stripe_object.h - what one Stripe object says of payments; for stripe.c, which knows records.
 *
 * Each kind of object has a reader.  It fills evidence that stripe_object_read has begun.
 */
#ifndef LIBETL_STRIPE_OBJECT_H
#define LIBETL_STRIPE_OBJECT_H

#include "libetl/stripe.h"

/* One record being read. */
struct stripe_reading {
    const struct stripe_reader *reader;
    const struct tape *tape;
    struct text event_type; /* empty for a bare object */
    int64_t event_at;       /* when the event happened, or EVIDENCE_NO_TIME */
    int64_t received;
    bool other_mode;                  /* the event says so */
    uint32_t object;                  /* the one whose members are listed: */
    uint32_t places[TAPE_name_count]; /* where each is, or TAPE_NONE */
};

/* A bare object, told of by nobody; what an event adds is for the caller to set. The lists of members are not. */
void stripe_object_begin(struct stripe_reading *reading, const struct stripe_reader *reader, const struct tape *tape,
                         int64_t received);

/* Ask for members of this object from now on: they are listed once. */
void stripe_object_list(struct stripe_reading *reading, uint32_t object);

/* What the members of any object are; harmless where there is none. */
uint32_t stripe_object_member(const struct stripe_reading *reading, uint32_t object, enum tape_name name);
struct text stripe_object_text(const struct stripe_reading *reading, uint32_t object, enum tape_name name);
uint64_t stripe_object_reference(const struct stripe_reading *reading, uint32_t object,
                                 enum tape_name name); /* id or object */
int64_t stripe_object_time(const struct stripe_reading *reading, uint32_t object, enum tape_name name);

/* A kind of object of ours; NULL where the object is of another. */
struct stripe_kind;
const struct stripe_kind *stripe_object_kind(const struct stripe_reading *reading, uint32_t object);
bool stripe_object_counts_inside(const struct stripe_kind *kind); /* also where it stands inside another record */

/* Fill *out with what the object says by itself. */
enum refusal stripe_object_read(struct stripe_reading *reading, uint32_t object, const struct stripe_kind *kind,
                                struct evidence *out);

#endif
