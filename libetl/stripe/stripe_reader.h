/* stripe_reader.h - what all readers of Stripe's records need. */
#ifndef LIBETL_STRIPE_READER_H
#define LIBETL_STRIPE_READER_H

#include <stdbool.h>

#include "libetl/base/hash.h"
#include "libetl/config.h"

/* Constant while reading, so threads may share one. */
struct etl_stripe_reader {
    const struct etl_config *config;
    bool test_mode;                 /* payments in test mode are wanted, not live ones */
    const struct etl_hash_key *key; /* key of all hashes; borrowed */
};

#endif
