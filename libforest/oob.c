/* oob.c - what the trees that did not see a row say about it. */
#include "libforest/oob.h"

#include "libforest/calibrate.h"
#include "libforest/error.h"
#include "libforest/leaf.h"
#include "libforest/metrics.h"
#include "libforest/number.h"
#include "libforest/walk.h"

#include <stdlib.h>
#include <string.h>

#define CLOSE 1e-4 /* enough of a temperature, relative */
enum { MOST_STEPS = 30 };
#define MOST_PROBES ((size_t)1 << 15)
#define MOST_VOTES ((size_t)1 << 23) /* probes x classes x variants */

bool lf_probes_make(struct lf_probes *out, uint32_t n, uint32_t features, uint32_t period) {
    *out = (struct lf_probes){.n = n,
                              .features = features,
                              .unit = calloc(n, sizeof *out->unit),
                              .weight = calloc(n, sizeof *out->weight),
                              .row = calloc(n, sizeof *out->row),
                              .period = period,
                              .base = calloc(period + (size_t)1, sizeof *out->base),
                              .replaced = calloc(period ? n / period : 1, sizeof *out->replaced)};
    lf_pool_init(&out->codes, (1 + features + 1) / 2 * sizeof(uint32_t));
    return out->unit && out->weight && out->row && out->base && out->replaced;
}

void lf_probes_done(struct lf_probes *probes) {
    free(probes->unit);
    free(probes->weight);
    free(probes->row);
    free(probes->base);
    free(probes->replaced);
    lf_pool_done(&probes->codes);
    *probes = (struct lf_probes){0};
}

static bool intern_codes(struct lf_probes *probes, const uint16_t *code, uint32_t *row) {
    uint32_t record[(1 + FOREST_MAX_FEATURES + 1) / 2];
    record[0] = record[probes->features / 2] = 0; /* the code in front, and the padding */
    memcpy((uint16_t *)record + 1, code, probes->features * sizeof *code);
    for (uint32_t f = 0; f < probes->features; f++)
        probes->zeros |= code[f] == 0; /* NOLINT(clang-analyzer-core.UndefinedBinaryOperatorResult): all were made */
    return lf_pool_intern(&probes->codes, record, row);
}

bool lf_probes_ask(struct lf_probes *probes, uint32_t i, const uint16_t *code) {
    return intern_codes(probes, code, &probes->row[i]);
}

bool lf_probes_base(struct lf_probes *probes, uint32_t i, const uint16_t *code) {
    return intern_codes(probes, code, &probes->base[i]);
}

enum forest_status lf_probes_of_units(struct lf_probes *out, const struct lf_matrix *matrix,
                                      const struct lf_bootstrap *bootstrap, uint32_t variants,
                                      struct forest_error *err) {
    size_t votes = (size_t)variants * matrix->classes;
    size_t most = MOST_VOTES / votes < MOST_PROBES ? MOST_VOTES / votes : MOST_PROBES;
    uint32_t n = bootstrap->units < most ? bootstrap->units : (uint32_t)most;
    uint16_t code[FOREST_MAX_FEATURES];
    bool made = lf_probes_make(out, n, matrix->features, 0);
    for (uint32_t i = 0; made && i < n; i++) {
        uint32_t unit = (uint32_t)((uint64_t)i * bootstrap->units / n);
        out->unit[i] = unit;
        out->weight[i] = (double)bootstrap->count[unit];
        for (uint32_t f = 0; f < matrix->features; f++)
            code[f] = (uint16_t)lf_column_code(&matrix->column[f], bootstrap->cell[unit]);
        made = lf_probes_ask(out, i, code);
    }
    return made ? FOREST_OK : lf_no_memory(err);
}

bool lf_votes_make(struct lf_votes *out, uint32_t probes, uint32_t classes, uint32_t variants) {
    *out = (struct lf_votes){.probes = probes,
                             .classes = classes,
                             .variants = variants,
                             .sum = calloc((size_t)probes * classes, variants * sizeof *out->sum),
                             .chance = calloc(probes, sizeof *out->chance)};
    return out->sum != NULL && out->chance != NULL;
}

void lf_votes_done(struct lf_votes *votes) {
    free(votes->sum);
    free(votes->chance);
    *votes = (struct lf_votes){0};
}

static size_t asked_words(const struct lf_probes *probes) {
    return (probes->features + (size_t)63) / 64;
}

bool lf_ballot_make(struct lf_ballot *out, const struct lf_probes *probes, uint32_t units) {
    size_t rows = probes->codes.count;
    *out = (struct lf_ballot){.missed = calloc(units, sizeof *out->missed),
                              .arrived = calloc(rows, sizeof *out->arrived),
                              .pick = calloc(rows + 1, sizeof *out->pick),
                              .share = calloc(rows, sizeof *out->share),
                              .asked = calloc(probes->period + (size_t)1, asked_words(probes) * sizeof *out->asked),
                              .voter = calloc(probes->period + (size_t)1, sizeof *out->voter),
                              .changed = calloc(probes->n + (size_t)1, sizeof *out->changed)};
    return out->missed && out->arrived && out->pick && out->share && out->asked && out->voter && out->changed;
}

void lf_ballot_done(struct lf_ballot *ballot) {
    free(ballot->missed);
    free(ballot->arrived);
    free(ballot->pick);
    free(ballot->share);
    free(ballot->asked);
    free(ballot->voter);
    free(ballot->changed);
    *ballot = (struct lf_ballot){0};
}

void lf_ballot_admit(struct lf_ballot *ballot, const struct lf_bootstrap *bootstrap, const uint32_t *drawn) {
    uint32_t units = bootstrap->units, *missed = ballot->missed;
    if (bootstrap->even && bootstrap->kind != FOREST_ALL_ROWS) /* a unit is a row, drawn or not */
        for (uint32_t unit = 0; unit < units; unit++)
            missed[unit] = drawn[unit] == 0 ? LF_CERTAIN : 0;
    else
        for (uint32_t unit = 0; unit < units; unit++)
            missed[unit] = lf_bootstrap_missed(bootstrap, unit, drawn[unit]);
}

/* Walk the n rows of codes that were picked. */
static void walk_picked(const struct lf_probes *probes, struct lf_ballot *ballot, const struct lf_walk *walk,
                        uint32_t n) {
    struct lf_codes codes = {probes->codes.record, probes->codes.width / sizeof(uint16_t), false, probes->zeros};
    struct lf_fetch fetch = lf_fetch_make(walk, n);
    lf_fetch_rest(&fetch);
    lf_walk_rows(walk, &codes, ballot->pick, n, ballot->share, NULL);
    for (uint32_t i = 0; i < n; i++)
        ballot->arrived[ballot->pick[i]] = ballot->share[i];
}

/* Walk the rows of codes that some probe with a vote asks with. */
static void walk_probes(const struct lf_probes *probes, struct lf_ballot *ballot, const struct lf_walk *walk) {
    uint32_t n = 0;
    memset(ballot->arrived, 0, probes->codes.count * sizeof *ballot->arrived);
    for (uint32_t i = 0; i < probes->n; i++) {
        uint32_t row = probes->row[i];
        bool first = ballot->missed[probes->unit[i]] != 0 && ballot->arrived[row] == 0;
        ballot->pick[n] = row;
        ballot->arrived[row] |= first;
        n += first;
    }
    walk_picked(probes, ballot, walk, n);
}

static void add_votes(struct lf_votes *votes, const struct lf_probes *probes, const struct lf_ballot *ballot,
                      const uint16_t *share, size_t shares) {
    for (uint32_t i = 0; i < probes->n; i++) {
        uint64_t missed = ballot->missed[probes->unit[i]];
        if (missed == 0)
            continue;
        votes->chance[i] += missed;
        for (uint32_t variant = 0; variant < votes->variants; variant++) {
            const uint16_t *row = share + (variant * shares + ballot->arrived[probes->row[i]]) * votes->classes;
            uint64_t *sum = votes->sum + ((size_t)variant * votes->probes + i) * votes->classes;
            for (uint32_t k = 0; k < votes->classes; k++)
                sum[k] += missed * row[k];
        }
    }
}

/* ---- probes that differ from bases --------------------------------------------------------------- */

#define NOT_WALKED UINT32_MAX

/* Where a base arrives, and what it is asked for on the way. */
static void walk_base(const struct lf_probes *probes, struct lf_ballot *ballot, const struct lf_walk *walk,
                      uint32_t base) {
    const uint16_t *code = lf_probes_codes(probes, base);
    uint64_t *asked = ballot->asked + base * asked_words(probes);
    struct lf_node node = walk->node[0];
    memset(asked, 0, asked_words(probes) * sizeof *asked);
    while (!lf_is_leaf(node)) {
        uint32_t feature = lf_feature(node);
        asked[feature / 64] |= (uint64_t)1 << feature % 64;
        node = walk->node[node.next + lf_sends_right(walk, node, code[feature], walk->set != NULL)];
    }
    ballot->arrived[base] = lf_leaf_share(node);
}

/* Walk the bases of probes that have a vote.  Returns how many of the first probes have. */
static uint32_t walk_bases(const struct lf_probes *probes, struct lf_ballot *ballot, const struct lf_walk *walk) {
    uint32_t voters = 0;
    for (uint32_t row = 0; row < probes->codes.count; row++)
        ballot->arrived[row] = NOT_WALKED;
    for (uint32_t i = 0; i < probes->period; i++)
        if (ballot->missed[probes->unit[i]] != 0) {
            ballot->voter[voters++] = i;
            if (ballot->arrived[probes->base[i]] == NOT_WALKED)
                walk_base(probes, ballot, walk, probes->base[i]);
        }
    return voters;
}

/* Walk those that may arrive elsewhere.  Returns how many that are. */
static uint32_t walk_changed(const struct lf_probes *probes, struct lf_ballot *ballot, const struct lf_walk *walk) {
    uint32_t n = 0, changed = 0, voters = walk_bases(probes, ballot, walk);
    size_t words = asked_words(probes);
    for (uint32_t first = 0; first < probes->n; first += probes->period) {
        uint32_t feature = probes->replaced[first / probes->period];
        for (uint32_t v = 0; v < voters; v++) {
            uint32_t i = first + ballot->voter[v], row = probes->row[i];
            bool asked = ballot->asked[probes->base[ballot->voter[v]] * words + feature / 64] >> feature % 64 & 1;
            bool new_row = asked && ballot->arrived[row] == NOT_WALKED;
            ballot->changed[changed] = i;
            changed += asked;
            ballot->pick[n] = row;
            n += new_row;
            ballot->arrived[row] -= new_row; /* to another place where no row arrives */
        }
    }
    walk_picked(probes, ballot, walk, n);
    return changed;
}

/* Sums are taken modulo 2^64, so that a difference may be below 0. */
static void add_changes(struct lf_votes *votes, const struct lf_probes *probes, const struct lf_ballot *ballot,
                        uint32_t changed, const uint16_t *share) {
    for (uint32_t c = 0; c < changed; c++) {
        uint32_t i = ballot->changed[c];
        const uint16_t *row = share + (size_t)ballot->arrived[probes->row[i]] * votes->classes;
        const uint16_t *of_base = share + (size_t)ballot->arrived[probes->base[i % probes->period]] * votes->classes;
        uint64_t *sum = votes->sum + (size_t)i * votes->classes, missed = ballot->missed[probes->unit[i]];
        for (uint32_t k = 0; k < votes->classes; k++)
            sum[k] += missed * row[k] - missed * of_base[k];
    }
}

void lf_votes_add(struct lf_votes *votes, const struct lf_probes *probes, struct lf_ballot *ballot,
                  const struct lf_walk *walk, const uint16_t *share, size_t shares) {
    if (probes->period > 0) {
        add_changes(votes, probes, ballot, walk_changed(probes, ballot, walk), share);
    } else {
        walk_probes(probes, ballot, walk);
        add_votes(votes, probes, ballot, share, shares);
    }
}

void lf_votes_move(struct lf_votes *into, struct lf_votes *from) {
    size_t sums = (size_t)into->variants * into->probes * into->classes;
    for (size_t i = 0; i < sums; i++)
        into->sum[i] += from->sum[i];
    for (uint32_t i = 0; i < into->probes; i++)
        into->chance[i] += from->chance[i];
    memset(from->sum, 0, sums * sizeof *from->sum);
    memset(from->chance, 0, from->probes * sizeof *from->chance);
}

bool lf_votes_share(const struct lf_votes *votes, uint32_t variant, uint32_t probe, double *prob) {
    const uint64_t *sum = votes->sum + ((size_t)variant * votes->probes + probe) * votes->classes;
    double whole = (double)votes->chance[probe] * LF_ONE;
    if (whole == 0)
        return false;
    for (uint32_t k = 0; k < votes->classes; k++)
        prob[k] = (double)sum[k] / whole;
    return true;
}

struct forest_metrics lf_votes_metrics(const struct lf_votes *votes, uint32_t variant, const struct lf_probes *probes,
                                       const struct lf_matrix *matrix, const struct lf_bootstrap *bootstrap,
                                       double temperature) {
    struct lf_tally tally = {0};
    double prob[FOREST_MAX_CLASSES];
    for (uint32_t i = 0; i < probes->n; i++)
        if (lf_votes_share(votes, variant, i, prob)) {
            uint32_t unit = probes->unit[i];
            lf_calibrate(prob, votes->classes, temperature);
            lf_tally_add(&tally, prob, votes->classes, matrix->label[bootstrap->cell[unit]], bootstrap->count[unit]);
        }
    return lf_tally_result(&tally);
}

/* First and second derivative of the log-loss with respect to 1/T. */
struct slope {
    double first, second;
};

/*
 * With z the logarithms of a row's probabilities, less the largest, and q their calibrated ones, the loss has the
 * derivatives E_q[z] - z[label] and Var_q[z].  A class of probability 0 keeps it at every temperature.
 */
static void add_slope(struct slope *slope, const double *prob, uint32_t classes, uint32_t label, double weight,
                      double inverse) {
    double largest = 0, sum = 0, mean = 0, squares = 0, of_label = 0;
    for (uint32_t k = 0; k < classes; k++)
        largest = prob[k] > largest ? prob[k] : largest;
    for (uint32_t k = 0; k < classes; k++)
        if (prob[k] > 0) {
            bool is_largest = prob[k] == largest; /* of which the logarithm is 0 */
            double z = is_largest ? 0 : lf_ln(prob[k] / largest), q = is_largest ? 1 : lf_exp(z * inverse);
            sum += q;
            mean += q * z;
            squares += q * z * z;
            of_label = k == label ? z : of_label;
        }
    mean /= sum;
    slope->first += weight * (mean - of_label);
    slope->second += weight * (squares / sum - mean * mean);
}

static struct slope slope_at(const struct lf_votes *votes, uint32_t variant, const struct lf_probes *probes,
                             const struct lf_matrix *matrix, const struct lf_bootstrap *bootstrap, uint32_t most,
                             double inverse) {
    struct slope slope = {0, 0};
    double prob[FOREST_MAX_CLASSES];
    for (uint32_t i = 0; i < probes->n; i += 1 + probes->n / most) {
        uint32_t label = matrix->label[bootstrap->cell[probes->unit[i]]];
        if (lf_votes_share(votes, variant, i, prob) && prob[label] > 0)
            add_slope(&slope, prob, votes->classes, label, probes->weight[i] * bootstrap->weight[label], inverse);
    }
    return slope;
}

/* Newton's steps; where one would leave the interval in which the minimum is known to lie, its middle. */
double lf_fit_temperature(const struct lf_votes *votes, uint32_t variant, const struct lf_probes *probes,
                          const struct lf_matrix *matrix, const struct lf_bootstrap *bootstrap, uint32_t most) {
    double low = 1 / LF_HOTTEST, high = 1 / LF_COLDEST, inverse = 1;
    for (int step = 0; step < MOST_STEPS; step++) {
        struct slope slope = slope_at(votes, variant, probes, matrix, bootstrap, most, inverse);
        if (slope.first == 0)
            break;
        if (slope.first > 0)
            high = inverse;
        else
            low = inverse;
        double before = inverse;
        inverse -= slope.second > 0 ? slope.first / slope.second : 0;
        if (!(inverse > low && inverse < high))
            inverse = (low + high) / 2;
        if (inverse - before < CLOSE * before && before - inverse < CLOSE * before)
            break;
    }
    return 1 / inverse;
}
