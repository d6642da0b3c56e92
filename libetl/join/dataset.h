/*
 * dataset.h - joins purchases to people and puts the rows in order.
 *
 * A purchase belongs to the person of its client_reference_id; else of an e-mail address on one of its
 * records; else of an address that any record gives its customer.  A person's label is the first purchase
 * (or the latest, as the configuration says).  The features are those of the newest submission at or
 * before it; where all came later, of the oldest.  Whenever several fit equally well, what they contain
 * decides, never the order in which it was read.
 */
#ifndef LIBETL_DATASET_H
#define LIBETL_DATASET_H

#include "libetl/join/leads.h"
#include "libetl/join/purchases.h"

/* Writes the id of a person who has only an address: pseudonym[ETL_LEADS_ID] of the address. */
typedef void etl_dataset_pseudonym(void *user, const char *address, char out[ETL_LEADS_ID]);

/* A purchase that counts and whose lead is known. */
struct etl_dataset_sale {
    int64_t at, amount;
    uint32_t lead : 30; /* ETL_DATASET_NOBODY before its lead is found */
    uint32_t rank : 2;  /* enum etl_dataset_rank: what told of it */
    etl_money_currency currency;
    uint8_t method, package;
};
#define ETL_DATASET_NOBODY ((1U << 30) - 1)

/* What tells whose a purchase is, the surest first.  By a reference the lead itself is the buyer; otherwise any of the
 * person's. */
enum etl_dataset_rank { ETL_DATASET_BY_REFERENCE, ETL_DATASET_BY_ADDRESS, ETL_DATASET_BY_CUSTOMER };

/* What is joined to a person: 16 bytes. */
struct etl_dataset_person {
    uint64_t moment : 33; /* of the first submission, as in leads_submission */
    uint64_t named : 30;  /* while joining: the newest submission that came with a lead id, or ETL_DATASET_NOBODY; then
                             the lead whose id the row bears */
    uint32_t sale;        /* the label, or ETL_IDMAP_NONE */
    union {
        uint32_t chosen;  /* while joining: the submission whose features count, or ETL_IDMAP_NONE */
        uint32_t profile; /* these features */
    };
};

struct etl_dataset {
    const struct etl_leads *leads; /* borrowed, from etl_dataset_build on */
    uint32_t *order;               /* [count]: people, those with a purchase first; each part by time, then by id */
    size_t count, labelled;
    struct etl_dataset_sale *sales; /* [sale_count]: in the end the labels, in the order of their people */
    size_t sale_count, sale_capacity;
    struct etl_leads_match *matches; /* [match_count], until people are joined: who may have made which sale */
    size_t match_count, match_capacity;
    struct etl_dataset_person *people;        /* [leads->count]: of each lead that stands for a person */
    uint64_t status_counts[ETL_STATUS_COUNT]; /* purchases by what became of them */
    uint64_t found;
    uint64_t before_lead; /* labelled purchases older than the person's first submission */
};

/* A row: a person with a purchase, or one without (package ETL_DATASET_NO_PACKAGE). */
#define ETL_DATASET_NO_PACKAGE UINT8_MAX
struct etl_dataset_row {
    int64_t at;        /* purchased, or signed up where there is no purchase */
    int64_t signup_at; /* first submission, or ETL_FORM_NO_DATE */
    int64_t amount;
    uint32_t lead; /* whose id the row bears */
    uint32_t profile;
    etl_money_currency currency;
    uint8_t method, package;
};

/* Row number i: those below dataset->labelled have a purchase. */
void etl_dataset_row(const struct etl_dataset *dataset, size_t i, struct etl_dataset_row *row);

/* The person whose row that is: lead (`named`) and profile alone. */
static inline const struct etl_dataset_person *etl_dataset_person(const struct etl_dataset *dataset, size_t i) {
    return &dataset->people[dataset->order[i]];
}

/* Say that rows from i on come soon: to be called for each i in turn, before that row is asked for. */
void etl_dataset_prefetch(const struct etl_dataset *dataset, size_t i);

/*
 * Start a dataset: classify every purchase and keep those that count.  Of purchases nothing is left, so that
 * submissions can be read in the memory that payments took.  False where memory ends (etl_dataset_done is fine then).
 */
bool etl_dataset_begin(struct etl_dataset *out, struct etl_purchases *purchases, const struct etl_config *config);

/* Resolve leads, which lend what rows show, and give each its label. Nothing is left where memory ends: false. */
bool etl_dataset_build(struct etl_dataset *dataset, struct etl_leads *leads, const struct etl_config *config,
                       etl_dataset_pseudonym *pseudonym, void *user, unsigned threads);
void etl_dataset_done(struct etl_dataset *dataset);

#endif
