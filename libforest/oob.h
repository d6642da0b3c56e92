/*
 * oob.h - what the trees that did not see a row say about it (bootstrap.h says how "did not see" is
 * counted).
 *
 * A probe is a row to ask about: the codes of a unit, or those of a unit with one feature replaced.
 * Trees vote on probes; votes are integers, so that threads may count apart and be added.  One tree may
 * vote in several variants at once: the same leaves, smoothed differently.
 */
#ifndef LF_OOB_H
#define LF_OOB_H

#include "libforest/bootstrap.h"
#include "libforest/grow.h"

struct lf_probes {
    uint32_t n;
    uint32_t *unit;   /* [n] */
    double *weight;   /* [n], rows that the probe stands for */
    uint16_t *code;   /* [n][features] */
    uint32_t *origin; /* [n], for one with a feature replaced: the probe that it was made from; else NULL */
};

/* One probe a unit, or an even sample of units where all would take over 32 MiB of votes. */
enum forest_status lf_probes_of_units(struct lf_probes *out, const struct lf_matrix *matrix,
                                      const struct lf_bootstrap *bootstrap, struct forest_error *err);
void lf_probes_done(struct lf_probes *probes);

struct lf_votes {
    uint32_t probes, classes, variants;
    uint64_t *sum;    /* [variants][probes][classes], class shares times chance */
    uint64_t *chance; /* [probes], in units of 1 / LF_CERTAIN, over trees */
};

bool lf_votes_make(struct lf_votes *out, uint32_t probes, uint32_t classes, uint32_t variants);
void lf_votes_done(struct lf_votes *votes);

/* A tree votes.  share is [variants][shares][classes]; a leaf's next is a number below shares. */
void lf_votes_add(struct lf_votes *votes, const struct lf_probes *probes, const struct lf_matrix *matrix,
                  const struct lf_bootstrap *bootstrap, const uint32_t *drawn, const struct lf_walk *walk,
                  const uint16_t *share, size_t shares);

/* Add the votes of `from` and forget them there. */
void lf_votes_move(struct lf_votes *into, struct lf_votes *from);

/* Probabilities of a probe; false when no tree could vote on it. */
bool lf_votes_share(const struct lf_votes *votes, uint32_t variant, uint32_t probe, double *prob /* [classes] */);

/* Metrics over probes of units, at a temperature (calibrate.h). */
struct forest_metrics lf_votes_metrics(const struct lf_votes *votes, uint32_t variant, const struct lf_probes *probes,
                                       const struct lf_matrix *matrix, const struct lf_bootstrap *bootstrap,
                                       double temperature);

/* The temperature that makes the log-loss least, found on at most 20,000 probes. */
double lf_fit_temperature(const struct lf_votes *votes, const struct lf_probes *probes, const struct lf_matrix *matrix,
                          const struct lf_bootstrap *bootstrap);

#endif
