/*
 * concept_drift.h - whether customers of one kind buy other packages than those the champion learnt from.
 *
 * Purchases that the champion was trained on, against those after.  Both are buyers, and each cell is
 * compared with itself, so that a change in who requests or who buys does not look like a change in what is bought.
 */
#ifndef DRIFT_CONCEPT_DRIFT_H
#define DRIFT_CONCEPT_DRIFT_H

#include "services/drift/data/purchase_log.h"
#include "services/drift/detect/monitored_features.h"
#include "services/drift/stats/stratified_test.h"

struct concept_drift_periods {
    unix_time before_from, before_until; /* [from, until] */
    unix_time after_until;               /* (before_until, until) */
};

struct concept_drift {
    struct stratified_test test;
    double covariate[STRATIFIED_TEST_MAX_CLASSES]; /* change of a package's share because other cells come */
    double within[STRATIFIED_TEST_MAX_CLASSES]; /* because cells buy other packages; the two sum to the total change */
};

/* false: out of memory. */
bool concept_drift_test(struct concept_drift *out, const struct purchase_log *purchases,
                        const struct monitored_features *features, const struct concept_drift_periods *periods,
                        uint64_t seed);

#endif
