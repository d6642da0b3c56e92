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

#include "libetl/leads.h"
#include "libetl/purchases.h"

/* Writes the id of a person who has only an address: pseudonym[LEADS_ID] of the address. */
typedef void dataset_pseudonym(void *user, const char *address, char out[LEADS_ID]);

/* A purchase that counts and whose lead is known. */
struct dataset_sale {
    int64_t at, amount;
    uint32_t lead : 30; /* DATASET_NOBODY before its lead is found */
    uint32_t rank : 2;  /* enum dataset_rank: what told of it */
    money_currency currency;
    uint8_t method, package;
};
#define DATASET_NOBODY ((1U << 30) - 1)

/* What tells whose a purchase is, the surest first.  By a reference the lead itself is the buyer; otherwise any of the
 * person's. */
enum dataset_rank { DATASET_BY_REFERENCE, DATASET_BY_ADDRESS, DATASET_BY_CUSTOMER };

/* What is joined to a person: 16 bytes. */
struct dataset_person {
    uint64_t moment : 33; /* of the first submission, as in leads_submission */
    uint64_t named : 30;  /* while joining: the newest submission that came with a lead id, or DATASET_NOBODY; then
                             the lead whose id the row bears */
    uint32_t sale;        /* the label, or IDMAP_NONE */
    union {
        uint32_t chosen;  /* while joining: the submission whose features count, or IDMAP_NONE */
        uint32_t profile; /* these features */
    };
};

struct dataset {
    const struct leads *leads; /* borrowed, from dataset_build on */
    uint32_t *order;           /* [count]: people, those with a purchase first; each part by time, then by id */
    size_t count, labelled;
    struct dataset_sale *sales; /* [sale_count]: in the end the labels, in the order of their people */
    size_t sale_count, sale_capacity;
    struct leads_claim *claims; /* [claim_count], until people are joined: who may have made which sale */
    size_t claim_count, claim_capacity;
    struct dataset_person *people;    /* [leads->count]: of each lead that stands for a person */
    uint64_t verdicts[VERDICT_COUNT]; /* purchases by what became of them */
    uint64_t found;
    uint64_t before_lead; /* labelled purchases older than the person's first submission */
};

/* A row: a person with a purchase, or one without (package DATASET_NO_PACKAGE). */
#define DATASET_NO_PACKAGE UINT8_MAX
struct dataset_row {
    int64_t at;        /* purchased, or signed up where there is no purchase */
    int64_t signup_at; /* first submission, or FORM_NO_DATE */
    int64_t amount;
    uint32_t lead; /* whose id the row bears */
    uint32_t profile;
    money_currency currency;
    uint8_t method, package;
};

/* Row number i: those below dataset->labelled have a purchase. */
void dataset_row(const struct dataset *dataset, size_t i, struct dataset_row *row);

/* The person whose row that is: lead (`named`) and profile alone. */
static inline const struct dataset_person *dataset_person(const struct dataset *dataset, size_t i) {
    return &dataset->people[dataset->order[i]];
}

/* Say that rows from i on come soon: to be called for each i in turn, before that row is asked for. */
void dataset_prefetch(const struct dataset *dataset, size_t i);

/*
 * Start a dataset: judge every purchase and keep those that count.  Of purchases nothing is left, so that submissions
 * can be read in the memory that payments took.  False where memory ends (dataset_done is fine then).
 */
bool dataset_judge(struct dataset *out, struct purchases *purchases, const struct config *config);

/* Settle leads, which lend what rows show, and give each its label. Nothing is left where memory ends: false. */
bool dataset_build(struct dataset *dataset, struct leads *leads, const struct config *config,
                   dataset_pseudonym *pseudonym, void *user, unsigned threads);
void dataset_done(struct dataset *dataset);

#endif
