/* lead_table.h - leads.csv in memory: leads with the same inputs share a cell, which is scored once. */
#ifndef SCORE_LEAD_TABLE_H
#define SCORE_LEAD_TABLE_H

#include <jansson.h>

#include "libforest/forest.h"
#include "services/common/store/volume.h"
#include "services/common/table/string_intern.h"
#include "services/common/util/error.h"

struct lead_row {
    size_t customer; /* where customer_id begins in `customers` */
    uint32_t cell;
};

struct lead_table {
    const struct forest_schema *schema; /* borrowed */
    size_t count, capacity;
    struct lead_row *lead;      /* [count], as in the file */
    struct string_intern cells; /* the inputs as a piece of CSV: "Dental,10-25," */
    size_t cell_capacity;
    float *x;        /* [cells.count][schema->features] */
    char *customers; /* each customer_id as a piece of CSV: "0b1c...,", with its end */
    size_t customers_used, customers_capacity;
    json_t *unreadable; /* how many values of each input were, by name; NULL: none */
};

/* The columns that the schema names; one that the file lacks is missing in every lead, with a warning.
 * On failure *out is unchanged. */
MUST_CHECK bool lead_table_read(struct lead_table *out, const struct volume *volume, const char *name,
                                const struct forest_schema *schema, struct error *err);
void lead_table_done(struct lead_table *leads); /* fine on zeroes */

#endif
