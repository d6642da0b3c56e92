/*
 * bootstrap.h - which rows a tree sees, and which it does not (out of bag).
 *
 * Rows of one cell are identical, so a tree needs only how many of them it drew.  Those counts
 * are multinomial (hypergeometric without replacement) and are drawn as such, by conditional
 * binomials, in time that depends on the number of cells and not of rows.
 *
 * Draws are made over units.  While rows are few (LF_EXPANDED_ROWS) each row is a unit, and a unit
 * that was not drawn is out of bag: out-of-bag figures are exact.  Beyond that a unit is a cell.  When
 * c rows were drawn b times, each of them was missed with chance (1 - 1/c)^b, and the tree is the same
 * whichever they were; the tree's answer counts with that chance, which is its exact expectation.
 * Summed over trees this is an estimate: it ignores that one row is missed by some trees and not others.
 *
 * Class weights are sampling weights: a row of class k is drawn in proportion to weight[k].
 */
#ifndef LF_BOOTSTRAP_H
#define LF_BOOTSTRAP_H

#include "libforest/data/matrix.h"

enum { LF_EXPANDED_ROWS = 20000, LF_CERTAIN = 65535 };

struct lf_bootstrap {
    enum forest_bootstrap kind;
    uint64_t rows, draws; /* draws at most 2^31 - 1 */
    uint32_t units;
    uint32_t *cell;                    /* [units] */
    uint64_t *count;                   /* [units], rows of each unit */
    double *chance;                    /* [units], of a draw that hit no unit before this one to hit it */
    double weight[FOREST_MAX_CLASSES]; /* sampling weight of a row of each class */
    bool even;                         /* every unit is one row, and all rows are equally likely */
};

/* weight is [classes] or NULL for all equal. */
enum forest_status lf_bootstrap_make(struct lf_bootstrap *out, const struct lf_matrix *matrix,
                                     enum forest_bootstrap kind, double fraction, const double *weight,
                                     struct forest_error *err);
void lf_bootstrap_done(struct lf_bootstrap *bootstrap);

/* How often a tree draws each unit. */
void lf_bootstrap_draw(const struct lf_bootstrap *bootstrap, uint64_t seed, uint32_t tree,
                       uint32_t *drawn /* [units] */);

/* The chance that a row of the unit is out of bag, in units of 1 / LF_CERTAIN. */
uint32_t lf_bootstrap_missed(const struct lf_bootstrap *bootstrap, uint32_t unit, uint32_t drawn);

#endif
