/*
 * rate_limit.h - limits the requests per minute of one client; a burst may use a minute's requests at once.
 *
 * Generic cell rate algorithm (ITU-T I.371): one time per client is kept, namely when its requests would have been due
 * at the allowed rate.  The table has a fixed size; if it overflows, the client that used least is forgotten.
 */
#ifndef API_RATE_LIMIT_H
#define API_RATE_LIMIT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libetl/base/hash.h"

enum { RATE_LIMIT_SETS = 1024, RATE_LIMIT_WAYS = 8 };

struct rate_limit {
    double seconds;          /* between two requests at the allowed rate */
    double burst;            /* seconds that a client may be ahead of the rate */
    struct etl_hash_key key; /* of the clients' hashes */
    pthread_mutex_t lock;
    struct rate_limit_entry {
        uint64_t client;       /* a hash, 0: nobody */
        double used_until;     /* monotonic seconds */
    } (*set)[RATE_LIMIT_WAYS]; /* [RATE_LIMIT_SETS], under lock */
};

bool rate_limit_open(struct rate_limit *rate, long long per_minute);
void rate_limit_done(struct rate_limit *rate);

/* 0 if the request is allowed, otherwise the seconds until the next one is. */
unsigned rate_limit_take(struct rate_limit *rate, const char *client, double now);

#endif
