/* leads.h - leads.csv in memory: leads with the same inputs share a cell, which is scored once. */
#ifndef SCORE_LEADS_H
#define SCORE_LEADS_H

#include "libforest/forest.h"
#include "services/common/dictionary.h"
#include "services/common/publish.h"

struct lead {
    size_t customer; /* where customer_id begins in `customers` */
    uint32_t cell;
};

struct leads {
    const struct forest_schema *schema; /* borrowed */
    size_t count, room;
    struct lead *lead;       /* [count], as in the file */
    struct dictionary cells; /* the inputs as a piece of CSV: "Dental,10-25," */
    size_t cell_room;
    float *x;        /* [cells.count][schema->features] */
    char *customers; /* each customer_id as a piece of CSV: "0b1c...,", with its end */
    size_t customers_used, customers_room;
};

/* The columns that the schema names; one that the file lacks is missing in every lead, with a warning.
 * On failure *out is left alone. */
bool leads_read(struct leads *out, const char *path, const struct forest_schema *schema, struct file_error *err);
void leads_done(struct leads *leads); /* fine on zeroes */

#endif
