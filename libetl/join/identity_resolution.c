/* identity_resolution.c - merges leads that share an address into one person, and finds the leads of names. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "libetl/base/tasks.h"
#include "libetl/join/leads.h"

enum {
    PARTS = 8, /* addresses are processed an eighth at a time: a table of all would be the largest thing in memory */
    AHEAD = 12 /* how many names ahead are prefetched into the cache */
};

/* Parts are resolved in parallel. */
struct resolution {
    struct etl_leads *leads;
    struct etl_leads_match *matches; /* [count]: the addresses of one part */
    size_t count;
    pthread_mutex_t joining; /* merges of leads: few share an address */
    atomic_bool failed;
};

static bool is_of_part(uint64_t name, size_t part) {
    return name % PARTS == part && name != 0;
}

/* ---- people ---- */

/*
 * Find the representative of a set, and halve the path on the way (Tarjan and van Leeuwen, "Worst-case analysis of set
 * union algorithms", 1984), so that an attacker cannot send a chain that takes very long.
 */
static uint32_t find_person(struct etl_leads *leads, uint32_t lead) {
    struct etl_lead *all = leads->leads;
    while (all[lead].same != lead)
        lead = all[lead].same = all[all[lead].same].same;
    return lead;
}

/* The first of a person's leads represents the person. */
static void join_people(struct etl_leads *leads, uint32_t a, uint32_t b) {
    uint32_t person_a = find_person(leads, a), person_b = find_person(leads, b);
    uint32_t person = person_a < person_b ? person_a : person_b;
    leads->leads[person_a].same = leads->leads[person_b].same = person;
}

/* Order: ids before addresses, then by their text. */
static bool has_smaller_id(const struct etl_leads *leads, uint32_t a, uint32_t b) {
    char id_a[ETL_LEADS_ID], id_b[ETL_LEADS_ID];
    bool is_address_a, is_address_b;
    etl_leads_id(leads, a, id_a, &is_address_a);
    etl_leads_id(leads, b, id_b, &is_address_b);
    return is_address_a != is_address_b ? is_address_b : strcmp(id_a, id_b) < 0;
}

/* ---- names ---- */

static bool name_address(struct resolution *s, struct etl_idmap *names, uint64_t email, uint32_t lead) {
    uint32_t *known = etl_idmap_at(names, email, lead);
    if (known == NULL)
        return false;
    if (*known != lead) {
        pthread_mutex_lock(&s->joining);
        join_people(s->leads, *known, lead);
        pthread_mutex_unlock(&s->joining);
        if (has_smaller_id(s->leads, lead, *known))
            *known = lead;
    }
    return true;
}

static bool name_addresses(struct resolution *s, struct etl_idmap *names, size_t part) {
    const struct etl_leads *leads = s->leads;
    bool done = true;
    for (uint32_t i = 0; done && i < leads->count; i++)
        if (is_of_part(leads->leads[i].email, part))
            done = name_address(s, names, leads->leads[i].email, i);
    for (size_t i = 0; done && i < leads->address_count; i++)
        if (is_of_part(leads->addresses[i].email, part))
            done = name_address(s, names, leads->addresses[i].email, leads->addresses[i].lead);
    return done;
}

/* Resolve one part of the addresses, and the matches with one of these addresses. */
static void resolve_part(void *user, size_t part) {
    struct resolution *s = user;
    struct etl_idmap names = {0};
    bool done = etl_idmap_reserve(&names, s->leads->count / PARTS) && name_addresses(s, &names, part);
    for (size_t i = 0; done && i < s->count; i++)
        if (is_of_part(s->matches[i].name, part))
            s->matches[i].lead = etl_idmap_find(&names, s->matches[i].name);
    etl_idmap_done(&names);
    if (!done)
        s->failed = true;
}

/* A name that is not an address may be a lead id. */
static void find_ids(struct etl_idmap *names, struct etl_leads_match *matches, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (i + AHEAD < count)
            etl_idmap_prefetch(names, matches[i + AHEAD].name);
        if (matches[i].lead == ETL_IDMAP_NONE)
            matches[i].lead = etl_idmap_find(names, matches[i].name);
    }
    etl_idmap_done(names);
}

bool etl_leads_resolve_identities(struct etl_leads *leads, struct etl_leads_match *matches, size_t match_count,
                                  unsigned threads) {
    struct resolution s = {.leads = leads, .matches = matches, .count = match_count};
    etl_idmap_done(&leads->records);
    for (uint32_t i = 0; i < leads->count; i++)
        leads->leads[i].same = i;
    pthread_mutex_init(&s.joining, NULL);
    etl_tasks_run(threads, PARTS, resolve_part, &s);
    pthread_mutex_destroy(&s.joining);
    find_ids(&leads->names, matches, match_count);
    for (uint32_t i = 0; i < leads->count; i++) /* the representative has a smaller index, so it is resolved already */
        leads->leads[i].same = leads->leads[leads->leads[i].same].same;
    return !s.failed;
}
