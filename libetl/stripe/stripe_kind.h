/*
 * stripe_kind.h - the kinds of Stripe object about payments: one row each.
 *
 * A row says how an object is read, and how services/sync pulls it: from which list and by which events.  The rows are
 * in stripe_object.c with the readers, which see only the members that ETL_TAPE_NAMES (json/tape.h) keeps.
 */
#ifndef LIBETL_STRIPE_KIND_H
#define LIBETL_STRIPE_KIND_H

#include <stdbool.h>

#include "libetl/base/reject_reason.h"
#include "libetl/stripe/payment_fact.h"

struct etl_stripe_record; /* stripe_object.h */

enum {
    ETL_STRIPE_KIND_EVENTS = 3,
    ETL_STRIPE_EVENT_TYPES = 20 /* of all kinds: Stripe allows no more in one request */
};

struct etl_stripe_kind {
    const char *name; /* the value of the member "object": "checkout.session" */
    enum etl_reject_reason (*read)(const struct etl_stripe_record *record, uint32_t object,
                                   struct etl_payment_fact *fact);
    bool nested;                                /* also read inside another record */
    const char *events[ETL_STRIPE_KIND_EVENTS]; /* types of the events to pull; NULL after the last */
    const char *list;                           /* its list in Stripe's API, for a first pull; NULL: none is needed */
    const char *parameter, *value;              /* further query parameters of that list; NULL: none */
};

extern const struct etl_stripe_kind etl_stripe_kinds[]; /* the last has no name */

#endif
