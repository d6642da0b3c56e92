/*
 * stripe_object.h - reads what one Stripe object says about payments; used by stripe_record.c.
 *
 * Each kind of object has a reader, which fills the fact that etl_stripe_object_read has started.
 */
#ifndef LIBETL_STRIPE_OBJECT_H
#define LIBETL_STRIPE_OBJECT_H

#include "libetl/json/tape.h"
#include "libetl/stripe/stripe_kind.h"
#include "libetl/stripe/stripe_reader.h"

/* A record while it is read. */
struct etl_stripe_record {
    const struct etl_stripe_reader *reader;
    const struct etl_tape *tape;
    struct etl_text event_type; /* empty for a bare object */
    int64_t event_at;           /* when the event happened, or ETL_FACT_NO_TIME */
    int64_t received;
    bool other_mode;                      /* the event says that it is in test mode */
    uint32_t object;                      /* the object whose members are listed: */
    uint32_t places[ETL_TAPE_name_count]; /* the node of each, or ETL_TAPE_NONE */
};

/* Start an object without an event; the caller sets what an event adds. The members are not listed yet. */
void etl_stripe_object_begin(struct etl_stripe_record *reading, const struct etl_stripe_reader *reader,
                             const struct etl_tape *tape, int64_t received);

/* List the members of this object, for the functions below. */
void etl_stripe_object_list(struct etl_stripe_record *reading, uint32_t object);

/* The members of the listed object; safe if a member is missing. */
uint32_t etl_stripe_object_member(const struct etl_stripe_record *reading, uint32_t object, enum etl_tape_name name);
struct etl_text etl_stripe_object_text(const struct etl_stripe_record *reading, uint32_t object,
                                       enum etl_tape_name name);
uint64_t etl_stripe_object_reference(const struct etl_stripe_record *reading, uint32_t object,
                                     enum etl_tape_name name); /* an id or an object */
int64_t etl_stripe_object_time(const struct etl_stripe_record *reading, uint32_t object, enum etl_tape_name name);

/* The kind of an object; NULL if it is not about payments. */
const struct etl_stripe_kind *etl_stripe_object_kind(const struct etl_stripe_record *reading, uint32_t object);

/* Fill *out with what the object itself says. */
enum etl_reject_reason etl_stripe_object_read(struct etl_stripe_record *reading, uint32_t object,
                                              const struct etl_stripe_kind *kind, struct etl_payment_fact *out);

#endif
