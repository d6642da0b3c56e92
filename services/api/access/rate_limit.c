/* rate_limit.c - at most so many requests a minute from one client. */
#include "services/api/access/rate_limit.h"

#include <math.h>
#include <stdlib.h>
#include <sys/random.h>

bool rate_limit_open(struct rate_limit *rate, long long per_minute) {
    rate->seconds = 60.0 / (double)per_minute;
    rate->burst = 60.0;
    rate->set = calloc(RATE_LIMIT_SETS, sizeof *rate->set);
    /* Nobody outside is to know who shares a set with whom. */
    return rate->set != NULL && getrandom(&rate->seed, sizeof rate->seed, 0) == (ssize_t)sizeof rate->seed &&
           pthread_mutex_init(&rate->lock, NULL) == 0;
}

void rate_limit_done(struct rate_limit *rate) {
    free(rate->set);
    rate->set = NULL;
}

static uint64_t hash(uint64_t h, const char *text) {
    for (; *text != '\0'; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
    h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return h ^ h >> 32;
}

/* The client's entry, or the one it may take: of a set's entries that which is used up soonest. */
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
    struct rate_limit_entry *entry = find(rate, hash(rate->seed, client));
    double until = fmax(entry->used_until, now) + rate->seconds;
    double wait = until - now - rate->burst;
    if (wait <= 1e-9)
        entry->used_until = until;
    pthread_mutex_unlock(&rate->lock);
    return wait <= 1e-9 ? 0 : (unsigned)ceil(wait);
}
