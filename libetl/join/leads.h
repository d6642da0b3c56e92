/*
 * leads.h - people: who sent what in, and when.
 *
 * A lead id is a person; so is an e-mail address that comes without one.  Submissions that share either
 * are of one person, whose id is that of the newest submission that has one.
 */
#ifndef LIBETL_LEADS_H
#define LIBETL_LEADS_H

#include "libetl/base/idmap.h"
#include "libetl/forms/feature_intern.h"
#include "libetl/forms/form.h"

/* A submission as it is kept: 16 bytes. */
struct etl_leads_submission {
    uint64_t moment : 33; /* when it was sent, and one; 0: no date */
    uint64_t lead : 30;
    uint64_t by_address : 1; /* it came without a lead id */
    uint32_t profile;
    uint32_t before; /* the one of the same lead that was added before it, or ETL_IDMAP_NONE */
};

/* A moment as a time, or ETL_FORM_NO_DATE. */
static inline int64_t etl_leads_time(uint64_t kept) {
    return kept != 0 ? (int64_t)kept - 1 : ETL_FORM_NO_DATE;
}

struct etl_lead {
    uint64_t email; /* hash of the first address that came with it, 0: none */
    uint32_t id;    /* place of its id in ids */
    union {
        uint32_t newest; /* while adding: the submission of it that was added last; ETL_IDMAP_NONE where they are many
                            or of several addresses, and then they are in `records` */
        uint32_t same;   /* from etl_leads_resolve_identities on: towards the lead that stands for the person */
    };
};

/* A further address of a lead. */
struct etl_leads_address {
    uint64_t email;
    uint32_t lead;
};

/* Somebody who is said to be meant: a lead id or an address, and whose it is. */
struct etl_leads_match {
    uint64_t name;              /* hash of either */
    uint32_t lead;              /* ETL_IDMAP_NONE: nobody's */
    uint32_t of : 30, rank : 2; /* the caller's */
};

struct etl_leads {
    struct etl_feature_intern intern;
    struct etl_idmap names; /* while adding: hashes of lead ids (addresses of leads without one) -> leads */
    struct etl_lead *leads; /* [count] */
    size_t count, capacity;
    struct etl_leads_address *addresses;
    size_t address_count, address_capacity;
    char *ids; /* ids and, for those without, addresses, packed */
    size_t ids_size, ids_capacity;
    struct etl_leads_submission *submissions;
    size_t submission_count, submission_capacity;
    struct etl_idmap records; /* hashes of submissions of leads that have many, and of e-mails -> nothing */
};

/* Start empty; the lender of config, normalizer and key outlives it. */
void etl_leads_begin(struct etl_leads *leads, const struct etl_config *config, const struct etl_normalizer *normalizer,
                     const struct etl_hash_key *key);
void etl_leads_done(struct etl_leads *leads);

/* Take a submission from a list; *fresh says whether it is the first of its kind. False where memory ends. */
bool etl_leads_add(struct etl_leads *leads, const struct etl_submission_list *list,
                   const struct etl_submission *submission, bool *fresh);
void etl_leads_prefetch(const struct etl_leads *leads, const struct etl_submission *submission);

/*
 * When all are taken: find out who is one person, and of each match's name the lead; of several leads with one
 * address that with the smallest id.  What follows is asked afterwards.  False where memory ends.
 */
bool etl_leads_resolve_identities(struct etl_leads *leads, struct etl_leads_match *matches, size_t match_count,
                                  unsigned threads);

/* The lead that stands for a person. */
static inline uint32_t etl_leads_person(const struct etl_leads *leads, uint32_t lead) {
    return leads->leads[lead].same;
}

/* Submissions are looked at no more. */
void etl_leads_forget_submissions(struct etl_leads *leads);

/* A lead's id, or its address where is_address says so. */
enum { ETL_LEADS_ID = 256 };
void etl_leads_id(const struct etl_leads *leads, uint32_t lead, char out[ETL_LEADS_ID], bool *is_address);
void etl_leads_prefetch_id(const struct etl_leads *leads, uint32_t lead);

#endif
