/* rate_limit.c - limits the requests per minute of one client. */
#include "services/api/access/rate_limit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* Nobody outside must know which clients share a set or an entry. */
static bool draw_key(struct etl_hash_key *key) {
    unsigned char random[32];
    bool drawn = getrandom(random, sizeof random, 0) == (ssize_t)sizeof random;
    if (drawn)
        etl_hash_key_set(key, random, sizeof random);
    return drawn;
}

bool rate_limit_open(struct rate_limit *rate, long long per_minute) {
    rate->seconds = 60.0 / (double)per_minute;
    rate->burst = 60.0;
    rate->set = calloc(RATE_LIMIT_SETS, sizeof *rate->set);
    return rate->set != NULL && draw_key(&rate->key) && pthread_mutex_init(&rate->lock, NULL) == 0;
}

void rate_limit_done(struct rate_limit *rate) {
    free(rate->set);
    rate->set = NULL;
}

/* The client's entry; if it has none, the entry of its set that expires first. */
static struct rate_limit_entry *find(struct rate_limit *rate, uint64_t client) {
    struct rate_limit_entry *set = rate->set[client % RATE_LIMIT_SETS], *oldest = set;
    for (size_t i = 0; i < RATE_LIMIT_WAYS; i++) {
        if (set[i].client == client)
            return &set[i];
        if (set[i].used_until < oldest->used_until)
            oldest = &set[i];
    }
    *oldest = (struct rate_limit_entry){.client = client};
    return oldest;
}

unsigned rate_limit_take(struct rate_limit *rate, const char *client, double now) {
    pthread_mutex_lock(&rate->lock);
    struct rate_limit_entry *entry = find(rate, etl_hash_bytes(&rate->key, ETL_HASH_ID, client, strlen(client)));
    double until = fmax(entry->used_until, now) + rate->seconds;
    double wait = until - now - rate->burst;
    if (wait <= 1e-9)
        entry->used_until = until;
    pthread_mutex_unlock(&rate->lock);
    return wait <= 1e-9 ? 0 : (unsigned)ceil(wait);
}
