/* stripe_reader.h - what all readers of Stripe's records are given. */
#ifndef LIBETL_STRIPE_READER_H
#define LIBETL_STRIPE_READER_H

#include <stdbool.h>

#include "libetl/base/hash.h"
#include "libetl/config.h"

/* Only read while reading; threads may share one. */
struct etl_stripe_reader {
    const struct etl_config *config;
    bool test_mode;                 /* wanted are payments in test mode, not live ones */
    const struct etl_hash_key *key; /* of all hashes; borrowed */
};

#endif
