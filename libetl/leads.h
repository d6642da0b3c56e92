/*
 * leads.h - people: who sent what in, and when.
 *
 * A lead id is a person; so is an e-mail address that comes without one.  Submissions that share either
 * are of one person, whose id is that of the newest submission that has one.
 */
#ifndef LIBETL_LEADS_H
#define LIBETL_LEADS_H

#include "libetl/form.h"
#include "libetl/idmap.h"
#include "libetl/profiles.h"

/* A submission as it is kept: 16 bytes. */
struct leads_submission {
    uint64_t moment : 33; /* when it was sent, and one; 0: no date */
    uint64_t lead : 30;
    uint64_t by_address : 1; /* it came without a lead id */
    uint32_t profile;
    uint32_t before; /* the one of the same lead that was added before it, or IDMAP_NONE */
};

/* A moment as a time, or FORM_NO_DATE. */
static inline int64_t leads_time(uint64_t kept) {
    return kept != 0 ? (int64_t)kept - 1 : FORM_NO_DATE;
}

struct leads_lead {
    uint64_t email; /* hash of the first address that came with it, 0: none */
    uint32_t id;    /* place of its id in ids */
    union {
        uint32_t newest; /* while adding: the submission of it that was added last; IDMAP_NONE where they are many or
                            of several addresses, and then they are in `records` */
        uint32_t same;   /* from leads_settle on: towards the lead that stands for the person */
    };
};

/* A further address of a lead. */
struct leads_address {
    uint64_t email;
    uint32_t lead;
};

/* Somebody who is said to be meant: a lead id or an address, and whose it is. */
struct leads_claim {
    uint64_t name;              /* hash of either */
    uint32_t lead;              /* IDMAP_NONE: nobody's */
    uint32_t of : 30, rank : 2; /* the caller's */
};

struct leads {
    struct profiles profiles;
    struct idmap names;       /* while adding: hashes of lead ids (addresses of leads without one) -> leads */
    struct leads_lead *leads; /* [count] */
    size_t count, capacity;
    struct leads_address *addresses;
    size_t address_count, address_capacity;
    char *ids; /* ids and, for those without, addresses, packed */
    size_t ids_size, ids_capacity;
    struct leads_submission *submissions;
    size_t submission_count, submission_capacity;
    struct idmap records; /* hashes of submissions of leads that have many, and of e-mails -> nothing */
};

/* Start empty; the lender of config and vocabulary outlives it. */
void leads_begin(struct leads *leads, const struct config *config, const struct vocabulary *vocabulary, uint64_t seed);
void leads_done(struct leads *leads);

/* Take a submission from a list; *fresh says whether it is the first of its kind. False where memory ends. */
bool leads_add(struct leads *leads, const struct submission_list *list, const struct submission *submission,
               bool *fresh);
void leads_prefetch(const struct leads *leads, const struct submission *submission);

/*
 * When all are taken: find out who is one person, and of each claim's name the lead; of several leads with one
 * address that with the smallest id.  What follows is asked afterwards.  False where memory ends.
 */
bool leads_settle(struct leads *leads, struct leads_claim *claims, size_t claim_count, unsigned threads);

/* The lead that stands for a person. */
static inline uint32_t leads_person(const struct leads *leads, uint32_t lead) {
    return leads->leads[lead].same;
}

/* Submissions are looked at no more. */
void leads_forget_submissions(struct leads *leads);

/* A lead's id, or its address where is_address says so. */
enum { LEADS_ID = 256 };
void leads_id(const struct leads *leads, uint32_t lead, char out[LEADS_ID], bool *is_address);
void leads_prefetch_id(const struct leads *leads, uint32_t lead);

#endif
