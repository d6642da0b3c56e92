/* coded_table.h - the coded rows: equal ones merged, in one order, written as features.csv. */
#ifndef FEATURES_CODED_TABLE_H
#define FEATURES_CODED_TABLE_H

#include <stdio.h>

#include "services/features/encoding.h"

/* Rows of `width` codes: those of the features, then class, split and period. */
struct coded_table {
    size_t features, width, rows;
    uint32_t *code;   /* [rows][width], sorted, no two equal */
    uint32_t *weight; /* [rows] */
};

MUST_CHECK bool coded_table_make(struct coded_table *out, const struct training_rows *p, const struct split *split,
                                 const struct encoding *encoding, struct error *err);
void coded_table_done(struct coded_table *table); /* fine on zeroes */

void coded_table_write(const struct coded_table *table, const struct encoding *encoding,
                       const struct etl_config *config, FILE *file);

#endif
