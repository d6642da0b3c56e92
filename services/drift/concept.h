/*
 * concept.h - whether customers of one kind buy other packages than those the champion learnt from.
 *
 * Purchases that the champion was trained on, against those after.  Both are buyers, and each cell is
 * compared with itself, so that neither who comes nor who buys can look like a change of what is bought.
 */
#ifndef DRIFT_CONCEPT_H
#define DRIFT_CONCEPT_H

#include "services/drift/purchases.h"
#include "services/drift/stratified.h"
#include "services/drift/streams.h"

struct concept_periods {
    moment before_from, before_until; /* [from, until] */
    moment after_until;               /* (before_until, until) */
};

struct concept {
    struct stratified test;
    double covariate[STRATIFIED_CLASSES]; /* change of a package's share because other cells come */
    double within[STRATIFIED_CLASSES];    /* because cells buy otherwise; the two sum to the whole change */
};

/* false: out of memory. */
bool concept_compare(struct concept *out, const struct purchases *purchases, const struct streams *streams,
                     const struct concept_periods *periods, uint64_t seed);

#endif
