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

/* A row: a person with a purchase, or one without (package DATASET_NO_PACKAGE). */
#define DATASET_NO_PACKAGE UINT8_MAX
struct dataset_row {
    int64_t at;        /* purchased, or signed up where there is no purchase; rows are in this order, then by id */
    int64_t signup_at; /* first submission, or FORM_NO_DATE */
    int64_t amount;
    uint32_t lead;     /* whose id the row bears */
    uint32_t profile;
    money_currency currency;
    uint8_t method, package;
};

struct dataset {
    struct dataset_row *rows; /* [count]: those with a purchase first */
    size_t count, labelled;
    uint64_t verdicts[VERDICT_COUNT]; /* purchases by what became of them */
    uint64_t found;
    uint64_t before_lead; /* labelled purchases older than the person's first submission */
};

/* Both stores are read; of purchases nothing is left afterwards. False where memory ends. */
bool dataset_build(struct dataset *out, const struct leads *leads, struct purchases *purchases, const struct config *config,
                   dataset_pseudonym *pseudonym, void *user);
void dataset_done(struct dataset *dataset);

#endif
