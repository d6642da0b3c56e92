/* sampler.h - exact draws from the laws that a bootstrap of weighted rows needs. */
#ifndef LF_SAMPLER_H
#define LF_SAMPLER_H

#include "libforest/base/keyed_rng.h"

/* How many of n draws succeed, each with chance p (0 .. 1). */
uint64_t lf_binomial(struct lf_rng *rng, uint64_t n, double p);

/* How many marked rows are among `draws` rows taken without replacement from `rows`, of which
 * `marked` are marked; draws and marked at most rows. */
uint64_t lf_hypergeometric(struct lf_rng *rng, uint64_t rows, uint64_t marked, uint64_t draws);

#endif
