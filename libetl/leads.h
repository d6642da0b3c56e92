/*
 * leads.h - people: who sent what in, and when.
 *
 * A lead id is a person; so is an e-mail address that comes without one.  Submissions that share either
 * are of one person, whose id is that of the newest submission that has one.  Feature values are cleaned
 * once for each way they were written and kept once for each way they are.
 */
#ifndef LIBETL_LEADS_H
#define LIBETL_LEADS_H

#include "libetl/form.h"
#include "libetl/idmap.h"
#include "libetl/vocabulary.h"

/* A submission as it is kept: 16 bytes. */
struct leads_submission {
    uint64_t moment : 33; /* when it was sent, and one; 0: no date */
    uint64_t lead : 30;
    uint64_t by_address : 1; /* it came without a lead id */
    uint32_t profile;
    uint32_t before; /* the one of the same lead that was added before it, or IDMAP_NONE */
};

/* When a submission was sent, or FORM_NO_DATE. */
static inline int64_t leads_time(const struct leads_submission *s) {
    return s->moment != 0 ? (int64_t)s->moment - 1 : FORM_NO_DATE;
}

struct leads_lead {
    uint64_t email;  /* hash of the first address that came with it, 0: none */
    uint32_t id;     /* place of its id in ids */
    uint32_t newest; /* the submission of it that was added last; IDMAP_NONE where they are many or of several
                        addresses, and then they are in `records` */
};

/* A further address of a lead. */
struct leads_address {
    uint64_t email;
    uint32_t lead;
};

struct leads {
    const struct config *config;         /* borrowed */
    const struct vocabulary *vocabulary; /* borrowed */
    uint64_t seed;                       /* of the hashes of values (hash.h) */
    struct idmap names;       /* hashes of lead ids -> leads; from leads_settle on of addresses too: of several leads
                                 with one address that with the smallest id */
    struct leads_lead *leads; /* [count] */
    size_t count, capacity;
    uint32_t *same; /* [count], from leads_settle on: the lead that stands for the person */
    struct leads_address *addresses;
    size_t address_count, address_capacity;
    char *ids; /* ids and, for those without, addresses, packed */
    size_t ids_size, ids_capacity;
    struct leads_submission *submissions;
    size_t submission_count, submission_capacity;
    struct idmap records;  /* hashes of submissions of leads that have many, and of e-mails -> nothing */
    struct idmap profiles; /* hashes of features as written -> profiles */
    uint32_t *values;      /* [profile_count][config->feature_count]: places in texts */
    size_t profile_count, values_capacity;
    struct idmap value_places; /* hashes of values -> places in texts */
    char *texts;               /* values, each with its zero */
    size_t texts_size, texts_capacity;
};

/* Start empty; the lender of config and vocabulary outlives it. */
void leads_begin(struct leads *leads, const struct config *config, const struct vocabulary *vocabulary, uint64_t seed);
void leads_done(struct leads *leads);

/* Take a submission from a list; *fresh says whether it is the first of its kind. False where memory ends. */
bool leads_add(struct leads *leads, const struct submission_list *list, const struct submission *submission,
               bool *fresh);
void leads_prefetch(const struct leads *leads, const struct submission *submission);

/* When all are taken: find out who is one person. What follows is asked afterwards. False where memory ends. */
bool leads_settle(struct leads *leads);

/* The lead that stands for a person. */
uint32_t leads_person(const struct leads *leads, uint32_t lead);

/* A name is the hash of a lead id or an address: its lead, or IDMAP_NONE. None is known after leads_forget_names. */
uint32_t leads_find(const struct leads *leads, uint64_t name);
void leads_forget_names(struct leads *leads);

/* A lead's id, or its address where is_address says so. */
enum { LEADS_ID = 256 };
void leads_id(const struct leads *leads, uint32_t lead, char out[LEADS_ID], bool *is_address);
void leads_prefetch_id(const struct leads *leads, uint32_t lead);

/* The text of a profile's feature; borrowed. */
const char *leads_value(const struct leads *leads, uint32_t profile, size_t feature);

#endif
