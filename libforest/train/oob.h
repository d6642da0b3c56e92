/*
 * oob.h - out-of-bag votes: the predictions for a row by the trees that did not see it (bootstrap.h says how
 * "did not see" is counted).
 *
 * A query is a unit and the codes to predict with: its own, or those of a base with one of them replaced.
 * Queries with equal codes share a row of codes, which is walked once a tree.  Trees vote on queries; votes are
 * integers, so that threads may count apart and be added.  A tree may vote in several variants at once: the same
 * leaves, smoothed differently.
 */
#ifndef LF_OOB_H
#define LF_OOB_H

#include "libforest/train/bootstrap.h"
#include "libforest/train/grow.h"

struct lf_oob_queries {
    uint32_t n, features;
    uint32_t *unit;         /* [n] */
    double *weight;         /* [n], rows of data that the query stands for */
    uint32_t *row;          /* [n], which row of codes */
    bool zeros;             /* some code is 0 */
    struct lf_intern codes; /* rows of codes (node.h): u16 [1 + features], padded to full words */

    /* Where many features are replaced, each in queries of its own: votes are differences from those of bases. */
    uint32_t period;    /* queries i and i + period are of one unit and have one base; 0: votes are not differences */
    uint32_t *base;     /* [period], which row of codes */
    uint16_t *replaced; /* [n / period], the feature in which queries differ from their bases */
};

/* Room for n queries.  False when memory ran out. */
bool lf_oob_queries_make(struct lf_oob_queries *out, uint32_t n, uint32_t features, uint32_t period);
void lf_oob_queries_done(struct lf_oob_queries *queries);

/* Codes of row number `row`, [features]. */
static inline const uint16_t *lf_oob_queries_codes(const struct lf_oob_queries *queries, uint32_t row) {
    return (const uint16_t *)lf_intern_at(&queries->codes, row) + 1;
}

/* Make query i ask with the codes, [features].  False when memory ran out. */
bool lf_oob_queries_set(struct lf_oob_queries *queries, uint32_t i, const uint16_t *code);

/* Make the codes base number i, before any query asks.  False when memory ran out. */
bool lf_oob_queries_set_base(struct lf_oob_queries *queries, uint32_t i, const uint16_t *code);

/* One query a unit, or an even sample of 32768 of them: enough for figures good to a quarter of a percent.  Fewer where
 * votes on them, in so many variants and all classes, would take over 64 MiB. */
enum forest_status lf_oob_queries_of_units(struct lf_oob_queries *out, const struct lf_matrix *matrix,
                                           const struct lf_bootstrap *bootstrap, uint32_t variants,
                                           struct forest_error *err);

struct lf_votes {
    uint32_t queries, classes, variants;
    uint64_t *sum;    /* [variants][queries][classes], class shares times chance */
    uint64_t *chance; /* [queries], in units of 1 / LF_CERTAIN, over trees */
};

bool lf_votes_make(struct lf_votes *out, uint32_t queries, uint32_t classes, uint32_t variants);
void lf_votes_done(struct lf_votes *votes);

/* What a thread needs for letting trees vote. */
struct lf_oob_scratch {
    uint32_t *missed;       /* [units], the chance that the tree did not see a row of it */
    uint32_t *arrived;      /* [rows of codes], the row of class shares where it arrived */
    uint32_t *pick, *share; /* [rows of codes + 1] */
    uint64_t *
        tested; /* [rows of codes that are bases][words of a bit a feature], the features that the tree tests in them */
    uint32_t *voter;   /* [period], which of the first queries may vote */
    uint32_t *changed; /* [queries + 1], which may arrive elsewhere than their bases */
};

bool lf_oob_scratch_make(struct lf_oob_scratch *out, const struct lf_oob_queries *queries, uint32_t units);
void lf_oob_scratch_done(struct lf_oob_scratch *scratch);

/* Who may vote, given how often the tree drew each unit, [units]. */
void lf_oob_scratch_begin_tree(struct lf_oob_scratch *scratch, const struct lf_bootstrap *bootstrap,
                               const uint32_t *drawn);

/*
 * A tree votes.  share is [variants][shares][classes]; a leaf's share is a number below shares.  Differences are
 * of one variant only; there is none where the tree does not ask a base for the feature that is replaced, and of many
 * features it asks for few.
 */
void lf_votes_add(struct lf_votes *votes, const struct lf_oob_queries *queries, struct lf_oob_scratch *scratch,
                  const struct lf_walk *walk, const uint16_t *share, size_t shares);

/* Add the votes of `from` and forget them there. */
void lf_votes_move(struct lf_votes *into, struct lf_votes *from);

/* Probabilities of a query; false when no tree could vote on it. */
bool lf_votes_probabilities(const struct lf_votes *votes, uint32_t variant, uint32_t query,
                            double *prob /* [classes] */);

/* Metrics over queries of units, at a temperature (calibrate.h). */
struct forest_metrics lf_votes_metrics(const struct lf_votes *votes, uint32_t variant,
                                       const struct lf_oob_queries *queries, const struct lf_matrix *matrix,
                                       const struct lf_bootstrap *bootstrap, double temperature);

/* The temperature that makes the log-loss least, found on about `most` queries, which count as
 * trees draw them: by their class's weight. */
double lf_fit_temperature(const struct lf_votes *votes, uint32_t variant, const struct lf_oob_queries *queries,
                          const struct lf_matrix *matrix, const struct lf_bootstrap *bootstrap, uint32_t most);

#endif
