/* oob.c - out-of-bag votes: the predictions for a row by the trees that did not see it. */
#include "libforest/train/oob.h"

#include "libforest/base/calibrate.h"
#include "libforest/base/forest_error.h"
#include "libforest/base/portable_math.h"
#include "libforest/metrics/tally.h"
#include "libforest/tree/leaf.h"
#include "libforest/tree/walk.h"

#include <stdlib.h>
#include <string.h>

#define CLOSE 1e-4 /* enough of a temperature, relative */
enum { MAX_STEPS = 30 };
#define MAX_QUERIES ((size_t)1 << 15)
#define MAX_VOTES ((size_t)1 << 23) /* queries x classes x variants */

bool lf_oob_queries_make(struct lf_oob_queries *out, uint32_t n, uint32_t features, uint32_t period) {
    *out = (struct lf_oob_queries){.n = n,
                                   .features = features,
                                   .unit = calloc(n, sizeof *out->unit),
                                   .weight = calloc(n, sizeof *out->weight),
                                   .row = calloc(n, sizeof *out->row),
                                   .period = period,
                                   .base = calloc(period + (size_t)1, sizeof *out->base),
                                   .replaced = calloc(period ? n / period : 1, sizeof *out->replaced)};
    lf_intern_init(&out->codes, (1 + features + 1) / 2 * sizeof(uint32_t));
    return out->unit && out->weight && out->row && out->base && out->replaced;
}

void lf_oob_queries_done(struct lf_oob_queries *queries) {
    free(queries->unit);
    free(queries->weight);
    free(queries->row);
    free(queries->base);
    free(queries->replaced);
    lf_intern_done(&queries->codes);
    *queries = (struct lf_oob_queries){0};
}

static bool intern_codes(struct lf_oob_queries *queries, const uint16_t *code, uint32_t *row) {
    uint32_t record[(1 + FOREST_MAX_FEATURES + 1) / 2];
    record[0] = record[queries->features / 2] = 0; /* the code in front, and the padding */
    memcpy((uint16_t *)record + 1, code, queries->features * sizeof *code);
    for (uint32_t f = 0; f < queries->features; f++)
        queries->zeros |= code[f] == 0; /* NOLINT(clang-analyzer-core.UndefinedBinaryOperatorResult): all were made */
    return lf_intern_add(&queries->codes, record, row);
}

bool lf_oob_queries_set(struct lf_oob_queries *queries, uint32_t i, const uint16_t *code) {
    return intern_codes(queries, code, &queries->row[i]);
}

bool lf_oob_queries_set_base(struct lf_oob_queries *queries, uint32_t i, const uint16_t *code) {
    return intern_codes(queries, code, &queries->base[i]);
}

enum forest_status lf_oob_queries_of_units(struct lf_oob_queries *out, const struct lf_matrix *matrix,
                                           const struct lf_bootstrap *bootstrap, uint32_t variants,
                                           struct forest_error *err) {
    size_t votes = (size_t)variants * matrix->classes;
    size_t most = MAX_VOTES / votes < MAX_QUERIES ? MAX_VOTES / votes : MAX_QUERIES;
    uint32_t n = bootstrap->units < most ? bootstrap->units : (uint32_t)most;
    uint16_t code[FOREST_MAX_FEATURES];
    bool made = lf_oob_queries_make(out, n, matrix->features, 0);
    for (uint32_t i = 0; made && i < n; i++) {
        uint32_t unit = (uint32_t)((uint64_t)i * bootstrap->units / n);
        out->unit[i] = unit;
        out->weight[i] = (double)bootstrap->count[unit];
        for (uint32_t f = 0; f < matrix->features; f++)
            code[f] = (uint16_t)lf_column_code(&matrix->column[f], bootstrap->cell[unit]);
        made = lf_oob_queries_set(out, i, code);
    }
    return made ? FOREST_OK : lf_no_memory(err);
}

bool lf_votes_make(struct lf_votes *out, uint32_t queries, uint32_t classes, uint32_t variants) {
    *out = (struct lf_votes){.queries = queries,
                             .classes = classes,
                             .variants = variants,
                             .sum = calloc((size_t)queries * classes, variants * sizeof *out->sum),
                             .chance = calloc(queries, sizeof *out->chance)};
    return out->sum != NULL && out->chance != NULL;
}

void lf_votes_done(struct lf_votes *votes) {
    free(votes->sum);
    free(votes->chance);
    *votes = (struct lf_votes){0};
}

static size_t tested_words(const struct lf_oob_queries *queries) {
    return (queries->features + (size_t)63) / 64;
}

bool lf_oob_scratch_make(struct lf_oob_scratch *out, const struct lf_oob_queries *queries, uint32_t units) {
    size_t rows = queries->codes.count;
    *out = (struct lf_oob_scratch){.missed = calloc(units, sizeof *out->missed),
                                   .arrived = calloc(rows, sizeof *out->arrived),
                                   .pick = calloc(rows + 1, sizeof *out->pick),
                                   .share = calloc(rows, sizeof *out->share),
                                   .tested =
                                       calloc(queries->period + (size_t)1, tested_words(queries) * sizeof *out->tested),
                                   .voter = calloc(queries->period + (size_t)1, sizeof *out->voter),
                                   .changed = calloc(queries->n + (size_t)1, sizeof *out->changed)};
    return out->missed && out->arrived && out->pick && out->share && out->tested && out->voter && out->changed;
}

void lf_oob_scratch_done(struct lf_oob_scratch *scratch) {
    free(scratch->missed);
    free(scratch->arrived);
    free(scratch->pick);
    free(scratch->share);
    free(scratch->tested);
    free(scratch->voter);
    free(scratch->changed);
    *scratch = (struct lf_oob_scratch){0};
}

void lf_oob_scratch_begin_tree(struct lf_oob_scratch *scratch, const struct lf_bootstrap *bootstrap,
                               const uint32_t *drawn) {
    uint32_t units = bootstrap->units, *missed = scratch->missed;
    if (bootstrap->even && bootstrap->kind != FOREST_ALL_ROWS) /* a unit is a row, drawn or not */
        for (uint32_t unit = 0; unit < units; unit++)
            missed[unit] = drawn[unit] == 0 ? LF_CERTAIN : 0;
    else
        for (uint32_t unit = 0; unit < units; unit++)
            missed[unit] = lf_bootstrap_missed(bootstrap, unit, drawn[unit]);
}

/* Walk the n rows of codes that were picked. */
static void walk_picked(const struct lf_oob_queries *queries, struct lf_oob_scratch *scratch,
                        const struct lf_walk *walk, uint32_t n) {
    struct lf_codes codes = {queries->codes.record, queries->codes.width / sizeof(uint16_t), false, queries->zeros};
    struct lf_fetch fetch = lf_fetch_make(walk, n);
    lf_fetch_rest(&fetch);
    lf_walk_rows(walk, &codes, scratch->pick, n, scratch->share, NULL);
    for (uint32_t i = 0; i < n; i++)
        scratch->arrived[scratch->pick[i]] = scratch->share[i];
}

/* Walk the rows of codes that belong to a query with a vote. */
static void walk_queries(const struct lf_oob_queries *queries, struct lf_oob_scratch *scratch,
                         const struct lf_walk *walk) {
    uint32_t n = 0;
    memset(scratch->arrived, 0, queries->codes.count * sizeof *scratch->arrived);
    for (uint32_t i = 0; i < queries->n; i++) {
        uint32_t row = queries->row[i];
        bool first = scratch->missed[queries->unit[i]] != 0 && scratch->arrived[row] == 0;
        scratch->pick[n] = row;
        scratch->arrived[row] |= first;
        n += first;
    }
    walk_picked(queries, scratch, walk, n);
}

static void add_votes(struct lf_votes *votes, const struct lf_oob_queries *queries,
                      const struct lf_oob_scratch *scratch, const uint16_t *share, size_t shares) {
    for (uint32_t i = 0; i < queries->n; i++) {
        uint64_t missed = scratch->missed[queries->unit[i]];
        if (missed == 0)
            continue;
        votes->chance[i] += missed;
        for (uint32_t variant = 0; variant < votes->variants; variant++) {
            const uint16_t *row = share + (variant * shares + scratch->arrived[queries->row[i]]) * votes->classes;
            uint64_t *sum = votes->sum + ((size_t)variant * votes->queries + i) * votes->classes;
            for (uint32_t k = 0; k < votes->classes; k++)
                sum[k] += missed * row[k];
        }
    }
}

/* ---- queries that differ from bases --------------------------------------------------------------- */

#define NOT_WALKED UINT32_MAX

/* The leaf where a base arrives, and the features that are tested on its path. */
static void walk_base(const struct lf_oob_queries *queries, struct lf_oob_scratch *scratch, const struct lf_walk *walk,
                      uint32_t base) {
    const uint16_t *code = lf_oob_queries_codes(queries, base);
    uint64_t *tested = scratch->tested + base * tested_words(queries);
    struct lf_node node = walk->node[0];
    memset(tested, 0, tested_words(queries) * sizeof *tested);
    while (!lf_is_leaf(node)) {
        uint32_t feature = lf_feature(node);
        tested[feature / 64] |= (uint64_t)1 << feature % 64;
        node = walk->node[node.next + lf_sends_right(walk, node, code[feature], walk->set != NULL)];
    }
    scratch->arrived[base] = lf_leaf_share(node);
}

/* Walk the bases of queries that have a vote.  Returns how many of the first queries have. */
static uint32_t walk_bases(const struct lf_oob_queries *queries, struct lf_oob_scratch *scratch,
                           const struct lf_walk *walk) {
    uint32_t voters = 0;
    for (uint32_t row = 0; row < queries->codes.count; row++)
        scratch->arrived[row] = NOT_WALKED;
    for (uint32_t i = 0; i < queries->period; i++)
        if (scratch->missed[queries->unit[i]] != 0) {
            scratch->voter[voters++] = i;
            if (scratch->arrived[queries->base[i]] == NOT_WALKED)
                walk_base(queries, scratch, walk, queries->base[i]);
        }
    return voters;
}

/* Walk those that may arrive elsewhere.  Returns how many that are. */
static uint32_t walk_changed(const struct lf_oob_queries *queries, struct lf_oob_scratch *scratch,
                             const struct lf_walk *walk) {
    uint32_t n = 0, changed = 0, voters = walk_bases(queries, scratch, walk);
    size_t words = tested_words(queries);
    for (uint32_t first = 0; first < queries->n; first += queries->period) {
        uint32_t feature = queries->replaced[first / queries->period];
        for (uint32_t v = 0; v < voters; v++) {
            uint32_t i = first + scratch->voter[v], row = queries->row[i];
            bool tested = scratch->tested[queries->base[scratch->voter[v]] * words + feature / 64] >> feature % 64 & 1;
            bool new_row = tested && scratch->arrived[row] == NOT_WALKED;
            scratch->changed[changed] = i;
            changed += tested;
            scratch->pick[n] = row;
            n += new_row;
            scratch->arrived[row] -= new_row; /* to another place where no row arrives */
        }
    }
    walk_picked(queries, scratch, walk, n);
    return changed;
}

/* Sums are taken modulo 2^64, so that a difference may be below 0. */
static void add_changes(struct lf_votes *votes, const struct lf_oob_queries *queries,
                        const struct lf_oob_scratch *scratch, uint32_t changed, const uint16_t *share) {
    for (uint32_t c = 0; c < changed; c++) {
        uint32_t i = scratch->changed[c];
        const uint16_t *row = share + (size_t)scratch->arrived[queries->row[i]] * votes->classes;
        const uint16_t *of_base = share + (size_t)scratch->arrived[queries->base[i % queries->period]] * votes->classes;
        uint64_t *sum = votes->sum + (size_t)i * votes->classes, missed = scratch->missed[queries->unit[i]];
        for (uint32_t k = 0; k < votes->classes; k++)
            sum[k] += missed * row[k] - missed * of_base[k];
    }
}

void lf_votes_add(struct lf_votes *votes, const struct lf_oob_queries *queries, struct lf_oob_scratch *scratch,
                  const struct lf_walk *walk, const uint16_t *share, size_t shares) {
    if (queries->period > 0) {
        add_changes(votes, queries, scratch, walk_changed(queries, scratch, walk), share);
    } else {
        walk_queries(queries, scratch, walk);
        add_votes(votes, queries, scratch, share, shares);
    }
}

void lf_votes_move(struct lf_votes *into, struct lf_votes *from) {
    size_t sums = (size_t)into->variants * into->queries * into->classes;
    for (size_t i = 0; i < sums; i++)
        into->sum[i] += from->sum[i];
    for (uint32_t i = 0; i < into->queries; i++)
        into->chance[i] += from->chance[i];
    memset(from->sum, 0, sums * sizeof *from->sum);
    memset(from->chance, 0, from->queries * sizeof *from->chance);
}

bool lf_votes_probabilities(const struct lf_votes *votes, uint32_t variant, uint32_t query, double *prob) {
    const uint64_t *sum = votes->sum + ((size_t)variant * votes->queries + query) * votes->classes;
    double total = (double)votes->chance[query] * (double)LF_ONE;
    if (total == 0)
        return false;
    for (uint32_t k = 0; k < votes->classes; k++)
        prob[k] = (double)sum[k] / total;
    return true;
}

struct forest_metrics lf_votes_metrics(const struct lf_votes *votes, uint32_t variant,
                                       const struct lf_oob_queries *queries, const struct lf_matrix *matrix,
                                       const struct lf_bootstrap *bootstrap, double temperature) {
    struct lf_tally tally = {0};
    double prob[FOREST_MAX_CLASSES];
    for (uint32_t i = 0; i < queries->n; i++)
        if (lf_votes_probabilities(votes, variant, i, prob)) {
            uint32_t unit = queries->unit[i];
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

static struct slope slope_at(const struct lf_votes *votes, uint32_t variant, const struct lf_oob_queries *queries,
                             const struct lf_matrix *matrix, const struct lf_bootstrap *bootstrap, uint32_t most,
                             double inverse) {
    struct slope slope = {0, 0};
    double prob[FOREST_MAX_CLASSES];
    for (uint32_t i = 0; i < queries->n; i += 1 + queries->n / most) {
        uint32_t label = matrix->label[bootstrap->cell[queries->unit[i]]];
        if (lf_votes_probabilities(votes, variant, i, prob) && prob[label] > 0)
            add_slope(&slope, prob, votes->classes, label, queries->weight[i] * bootstrap->weight[label], inverse);
    }
    return slope;
}

/* Newton's steps; where one would leave the interval in which the minimum is known to lie, its middle. */
double lf_fit_temperature(const struct lf_votes *votes, uint32_t variant, const struct lf_oob_queries *queries,
                          const struct lf_matrix *matrix, const struct lf_bootstrap *bootstrap, uint32_t most) {
    double low = 1 / LF_MAX_TEMPERATURE, high = 1 / LF_MIN_TEMPERATURE, inverse = 1;
    for (int step = 0; step < MAX_STEPS; step++) {
        struct slope slope = slope_at(votes, variant, queries, matrix, bootstrap, most, inverse);
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
