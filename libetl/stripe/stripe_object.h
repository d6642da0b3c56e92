/*
 * stripe_object.h - what one Stripe object says of payments; for stripe_record.c, which knows records.
 *
 * Each kind of object has a reader.  It fills evidence that etl_stripe_object_read has begun.
 */
#ifndef LIBETL_STRIPE_OBJECT_H
#define LIBETL_STRIPE_OBJECT_H

#include "libetl/json/tape.h"
#include "libetl/stripe/stripe_kind.h"
#include "libetl/stripe/stripe_reader.h"

/* One record being read. */
struct etl_stripe_record {
    const struct etl_stripe_reader *reader;
    const struct etl_tape *tape;
    struct etl_text event_type; /* empty for a bare object */
    int64_t event_at;           /* when the event happened, or ETL_FACT_NO_TIME */
    int64_t received;
    bool other_mode;                      /* the event says so */
    uint32_t object;                      /* the one whose members are listed: */
    uint32_t places[ETL_TAPE_name_count]; /* where each is, or ETL_TAPE_NONE */
};

/* A bare object, told of by nobody; what an event adds is for the caller to set. The lists of members are not. */
void etl_stripe_object_begin(struct etl_stripe_record *reading, const struct etl_stripe_reader *reader,
                             const struct etl_tape *tape, int64_t received);

/* Ask for members of this object from now on: they are listed once. */
void etl_stripe_object_list(struct etl_stripe_record *reading, uint32_t object);

/* What the members of any object are; harmless where there is none. */
uint32_t etl_stripe_object_member(const struct etl_stripe_record *reading, uint32_t object, enum etl_tape_name name);
struct etl_text etl_stripe_object_text(const struct etl_stripe_record *reading, uint32_t object,
                                       enum etl_tape_name name);
uint64_t etl_stripe_object_reference(const struct etl_stripe_record *reading, uint32_t object,
                                     enum etl_tape_name name); /* id or object */
int64_t etl_stripe_object_time(const struct etl_stripe_record *reading, uint32_t object, enum etl_tape_name name);

/* The kind of an object; NULL where it is none of ours. */
const struct etl_stripe_kind *etl_stripe_object_kind(const struct etl_stripe_record *reading, uint32_t object);

/* Fill *out with what the object says by itself. */
enum etl_reject_reason etl_stripe_object_read(struct etl_stripe_record *reading, uint32_t object,
                                              const struct etl_stripe_kind *kind, struct etl_payment_fact *out);

#endif
