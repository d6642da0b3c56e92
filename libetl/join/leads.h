/*
 * leads.h - people and their submissions.
 *
 * A lead id is a person, and so is an e-mail address without a lead id.  Submissions that share one of them belong to
 * one person, whose id is the lead id of the newest submission with one.
 */
#ifndef LIBETL_LEADS_H
#define LIBETL_LEADS_H

#include "libetl/base/idmap.h"
#include "libetl/forms/feature_intern.h"
#include "libetl/forms/form.h"

/* A stored submission: 16 bytes. */
struct etl_leads_submission {
    uint64_t moment : 33; /* the time it was sent, plus one; 0: no date */
    uint64_t lead : 30;
    uint64_t by_address : 1; /* it has no lead id */
    uint32_t profile;
    uint32_t before; /* the previous submission of the same lead, or ETL_IDMAP_NONE */
};

/* The time of a stored moment, or ETL_FORM_NO_DATE. */
static inline int64_t etl_leads_time(uint64_t kept) {
    return kept != 0 ? (int64_t)kept - 1 : ETL_FORM_NO_DATE;
}

struct etl_lead {
    uint64_t email; /* hash of its first address, 0: none */
    uint32_t id;    /* offset of its id in ids */
    union {
        uint32_t newest; /* while adding: its last added submission; ETL_IDMAP_NONE if there are many or several
                            addresses: then they are in `records` */
        uint32_t same;   /* after etl_leads_resolve_identities: the lead that represents the person */
    };
};

/* A further address of a lead. */
struct etl_leads_address {
    uint64_t email;
    uint32_t lead;
};

/* A name to resolve: a lead id or an address, and the lead that has it. */
struct etl_leads_match {
    uint64_t name;              /* hash of the lead id or address */
    uint32_t lead;              /* ETL_IDMAP_NONE: no lead has it */
    uint32_t of : 30, rank : 2; /* for the caller */
};

struct etl_leads {
    struct etl_feature_intern intern;
    struct etl_idmap names; /* while adding: hashes of lead ids (addresses of leads without one) -> leads */
    struct etl_lead *leads; /* [count] */
    size_t count, capacity;
    struct etl_leads_address *addresses;
    size_t address_count, address_capacity;
    char *ids; /* packed ids, and addresses of leads without an id */
    size_t ids_size, ids_capacity;
    struct etl_leads_submission *submissions;
    size_t submission_count, submission_capacity;
    struct etl_idmap records; /* set of the hashes of submissions of leads with many, and of e-mails */
};

/* Start empty. config, normalizer and key are borrowed and must live longer. */
void etl_leads_begin(struct etl_leads *leads, const struct etl_config *config, const struct etl_normalizer *normalizer,
                     const struct etl_hash_key *key);
void etl_leads_done(struct etl_leads *leads);

/* Add a submission of a list; *fresh is whether it is not a duplicate. False if memory runs out. */
bool etl_leads_add(struct etl_leads *leads, const struct etl_submission_list *list,
                   const struct etl_submission *submission, bool *fresh);
void etl_leads_prefetch(const struct etl_leads *leads, const struct etl_submission *submission);

/*
 * After all are added: merge leads into people, and find the lead of each match's name; of several leads with one
 * address, the one with the smallest id.  The functions below may be called afterwards.  False if memory runs out.
 */
bool etl_leads_resolve_identities(struct etl_leads *leads, struct etl_leads_match *matches, size_t match_count,
                                  unsigned threads);

/* The lead that represents the person of a lead. */
static inline uint32_t etl_leads_person(const struct etl_leads *leads, uint32_t lead) {
    return leads->leads[lead].same;
}

/* Free the submissions, which are no longer needed. */
void etl_leads_forget_submissions(struct etl_leads *leads);

/* A lead's id, or its address if *is_address becomes true. */
enum { ETL_LEADS_ID = 256 };
void etl_leads_id(const struct etl_leads *leads, uint32_t lead, char out[ETL_LEADS_ID], bool *is_address);
void etl_leads_prefetch_id(const struct etl_leads *leads, uint32_t lead);

#endif
