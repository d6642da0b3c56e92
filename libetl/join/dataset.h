/*
 * dataset.h - joins purchases to people and puts the rows in order.
 *
 * A purchase belongs to the person of its client_reference_id; else of an e-mail address on one of its records; else
 * of an address that any record gives for its customer.  A person's label is the first purchase (or the latest, if
 * configured).  The features are those of the newest submission at or before the purchase; if all came later, of the
 * oldest.  Between equal candidates the content decides, never the order in which they were read.
 */
#ifndef LIBETL_DATASET_H
#define LIBETL_DATASET_H

#include "libetl/join/leads.h"
#include "libetl/join/purchases.h"

/* Writes the id of a person who has only an address. */
typedef void etl_dataset_pseudonym(void *user, const char *address, char out[ETL_LEADS_ID]);

/* A purchase that counts and whose lead is known. */
struct etl_dataset_sale {
    int64_t at, amount;
    uint32_t lead : 30; /* ETL_DATASET_NOBODY before its lead is found */
    uint32_t rank : 2;  /* enum etl_dataset_rank: how its lead was found */
    etl_money_currency currency;
    uint8_t method, package;
};
#define ETL_DATASET_NOBODY ((1U << 30) - 1)

/*
 * How the lead of a purchase was found, the most certain way first.  With a reference, that lead is the buyer;
 * otherwise any lead of the person.
 */
enum etl_dataset_rank { ETL_DATASET_BY_REFERENCE, ETL_DATASET_BY_ADDRESS, ETL_DATASET_BY_CUSTOMER };

/* What belongs to a person: 16 bytes. */
struct etl_dataset_person {
    uint64_t moment : 33; /* of the first submission, as in leads_submission */
    uint64_t named : 30;  /* while joining: the newest submission with a lead id, or ETL_DATASET_NOBODY; then the lead
                             whose id is in the row */
    uint32_t sale;        /* the label, or ETL_IDMAP_NONE */
    union {
        uint32_t chosen;  /* while joining: the submission whose features are used, or ETL_IDMAP_NONE */
        uint32_t profile; /* then: its profile */
    };
};

struct etl_dataset {
    const struct etl_leads *leads; /* borrowed, from etl_dataset_build on */
    uint32_t *order;               /* [count]: people, those with a purchase first; each part by time, then by id */
    size_t count, labelled;
    struct etl_dataset_sale *sales; /* [sale_count]: finally the labels, in the order of their people */
    size_t sale_count, sale_capacity;
    struct etl_leads_match *matches; /* [match_count], until people are joined: possible buyers of sales */
    size_t match_count, match_capacity;
    struct etl_dataset_person *people;        /* [leads->count]: valid for each lead that represents a person */
    uint64_t status_counts[ETL_STATUS_COUNT]; /* purchases by status */
    uint64_t found;
    uint64_t before_lead; /* labelled purchases before the person's first submission */
};

/* A row: a person with a purchase, or one without (package ETL_DATASET_NO_PACKAGE). */
#define ETL_DATASET_NO_PACKAGE UINT8_MAX
struct etl_dataset_row {
    int64_t at;        /* time of the purchase, or of the sign-up if there is no purchase */
    int64_t signup_at; /* first submission, or ETL_FORM_NO_DATE */
    int64_t amount;
    uint32_t lead; /* whose id is in the row */
    uint32_t profile;
    etl_money_currency currency;
    uint8_t method, package;
};

/* Row number i: those below dataset->labelled have a purchase. */
void etl_dataset_row(const struct etl_dataset *dataset, size_t i, struct etl_dataset_row *row);

/* The person of a row: only its lead (`named`) and profile. */
static inline const struct etl_dataset_person *etl_dataset_person(const struct etl_dataset *dataset, size_t i) {
    return &dataset->people[dataset->order[i]];
}

/* Prefetch the rows from i on: call it for each i in order, before etl_dataset_row of i. */
void etl_dataset_prefetch(const struct etl_dataset *dataset, size_t i);

/*
 * Start a dataset: classify every purchase and keep those that count.  Frees the purchases, so that submissions can
 * use their memory.  False if memory runs out (then etl_dataset_done may still be called).
 */
bool etl_dataset_begin(struct etl_dataset *out, struct etl_purchases *purchases, const struct etl_config *config);

/*
 * Resolve identities and give each person its label and features. The rows borrow from leads. False if memory runs
 * out.
 */
bool etl_dataset_build(struct etl_dataset *dataset, struct etl_leads *leads, const struct etl_config *config,
                       etl_dataset_pseudonym *pseudonym, void *user, unsigned threads);
void etl_dataset_done(struct etl_dataset *dataset);

#endif
