/* scores.h - leads with their predictions, ranked, written as scores/leads.csv. */
#ifndef SCORE_SCORES_H
#define SCORE_SCORES_H

#include <stdio.h>

#include "services/score/lead_table.h"
#include "services/score/prices.h"

/* One distinct row of inputs. */
struct scored_cell {
    int64_t cents;     /* expected monthly price if such a lead buys: the sum of probability x price */
    uint32_t rank;     /* cells with the same expected price share one */
    uint16_t package;  /* the most probable class */
    const char *offer; /* borrowed from the configuration */
    const float *prob; /* [classes] */
    char *line;        /* all of its line in scores/leads.csv but the customer_id */
};

/* A lead's rank; the beginning of its customer_id as a number makes most comparisons of the text unnecessary. */
struct ranked_lead {
    uint64_t begins;
    uint32_t rank, lead;
};

struct scores {
    const struct lead_table *leads; /* borrowed */
    struct scored_cell *cell;       /* [leads->cells.count] */
    float *prob;                    /* [leads->cells.count][classes] */
    struct ranked_lead *order;      /* [leads->count] best first: by expected price, then customer_id */
};

MUST_CHECK bool scores_make(struct scores *out, const struct lead_table *leads, const struct forest *forest,
                            const struct prices *prices, const struct etl_config *config, struct error *err);
void scores_done(struct scores *scores); /* fine on zeroes */

void scores_write(const struct scores *scores, FILE *file);

#endif
