/* table.h - the coded rows: equal ones merged, in one order, written as features.csv. */
#ifndef FEATURES_TABLE_H
#define FEATURES_TABLE_H

#include <stdio.h>

#include "services/features/encoding.h"

/* Rows of `width` codes: those of the features, then class, split and period. */
struct table {
    size_t features, width, rows;
    uint32_t *code;   /* [rows][width], sorted, no two equal */
    uint32_t *weight; /* [rows] */
};

bool table_make(struct table *out, const struct purchases *p, const struct split *split,
                const struct encoding *encoding, struct file_error *err);
void table_done(struct table *table); /* fine on zeroes */

void table_write(const struct table *table, const struct encoding *encoding, const struct config *config, FILE *file);

#endif
