/* importance.c - impurity and permutation importance of features. */
#include "libforest/train/importance.h"

#include "libforest/base/forest_error.h"
#include "libforest/base/keyed_rng.h"
#include "libforest/metrics/tally.h"

#include <stdlib.h>
#include <string.h>

#define MAX_WORK ((size_t)1 << 17)  /* permuted queries x classes */
#define MAX_CODES ((size_t)1 << 22) /* permuted queries x features, at once */
#define MIN_ROWS 32
#define MANY_FEATURES 8 /* of so many a tree asks a row for some only */

void lf_impurity_importance(const struct lf_tree *tree, uint32_t trees, uint32_t features, double *out) {
    double sum = 0;
    memset(out, 0, features * sizeof *out);
    for (uint32_t t = 0; t < trees; t++)
        for (uint32_t f = 0; f < features; f++)
            out[f] += tree[t].gain[f] > 0 ? tree[t].gain[f] : 0; /* a rounding error may be below */
    for (uint32_t f = 0; f < features; f++)
        sum += out[f];
    for (uint32_t f = 0; sum > 0 && f < features; f++)
        out[f] /= sum;
}

/* The values that a feature takes, and how often. */
struct marginal {
    uint32_t feature, present;
    uint32_t *code; /* [present] */
    double *share;  /* [present] */
    double *up_to;  /* [present], cumulative */
};

static void marginal_done(struct marginal *marginal) {
    free(marginal->code);
    free(marginal->share);
    free(marginal->up_to);
}

static bool marginal_make(struct marginal *out, const struct lf_matrix *matrix, uint32_t feature) {
    const struct lf_column *column = &matrix->column[feature];
    uint64_t *rows = calloc(column->codes, sizeof *rows);
    *out = (struct marginal){.feature = feature,
                             .code = calloc(column->codes, sizeof *out->code),
                             .share = calloc(column->codes, sizeof *out->share),
                             .up_to = calloc(column->codes, sizeof *out->up_to)};
    bool made = rows && out->code && out->share && out->up_to;
    for (uint32_t cell = 0; made && cell < matrix->cells; cell++)
        rows[lf_column_code(column, cell)] += matrix->count[cell];
    uint64_t sum = 0;
    for (uint32_t code = 0; made && code < column->codes; code++)
        if (rows[code] != 0) {
            out->code[out->present] = code;
            out->share[out->present] = (double)rows[code] / (double)matrix->rows;
            out->up_to[out->present++] = (double)(sum += rows[code]) / (double)matrix->rows;
        }
    free(rows);
    return made;
}

static uint32_t copies(const struct marginal *marginal) {
    return marginal->present <= LF_CLOSED_FORM ? marginal->present : 1;
}

static uint32_t drawn_code(const struct marginal *marginal, struct lf_rng *rng) {
    double u = lf_rng_uniform(rng);
    uint32_t low = 0, high = marginal->present - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (u < marginal->up_to[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return marginal->code[low];
}

/* A few features at once, so that trees' draws are repeated once for all of them. */
struct chunk {
    const struct lf_training *training;
    const struct lf_oob_queries *queries; /* of units */
    const struct lf_votes *votes;
    struct marginal *marginal; /* [features], those used by some tree */
    uint32_t features;
    uint32_t rows; /* units that are permuted, for each feature the same */
};

/* Which of the unit queries the given one of chunk->rows is. */
static uint32_t origin_of(const struct chunk *chunk, uint32_t row) {
    return (uint32_t)((uint64_t)row * chunk->queries->n / chunk->rows);
}

static bool permute(const struct chunk *chunk, const struct marginal *marginal, struct lf_oob_queries *out,
                    uint32_t at) {
    const struct lf_oob_queries *from = chunk->queries;
    uint16_t code[FOREST_MAX_FEATURES];
    bool all = marginal->present <= LF_CLOSED_FORM;
    struct lf_rng rng = lf_rng_start(lf_key(chunk->training->seed, marginal->feature, LF_PERMUTE));
    for (uint32_t value = 0; value < copies(marginal); value++)
        for (uint32_t row = 0; row < chunk->rows; row++, at++) {
            uint32_t origin = origin_of(chunk, row);
            memcpy(code, lf_oob_queries_codes(from, from->row[origin]), from->features * sizeof *code);
            code[marginal->feature] = (uint16_t)(all ? marginal->code[value] : drawn_code(marginal, &rng));
            out->unit[at] = from->unit[origin];
            if (out->period > 0)
                out->replaced[at / out->period] = (uint16_t)marginal->feature;
            out->weight[at] = from->weight[origin] * (all ? marginal->share[value] : 1);
            if (!lf_oob_queries_set(out, at, code))
                return false;
        }
    return true;
}

/* The queries that are permuted are bases, and have votes already. */
static bool make_bases(const struct chunk *chunk, struct lf_oob_queries *out, struct lf_votes *votes) {
    size_t classes = votes->classes;
    for (uint32_t row = 0; row < out->period; row++)
        if (!lf_oob_queries_set_base(out, row,
                                     lf_oob_queries_codes(chunk->queries, chunk->queries->row[origin_of(chunk, row)])))
            return false;
    for (uint32_t i = 0; out->period > 0 && i < out->n; i++) {
        uint32_t origin = origin_of(chunk, i % chunk->rows);
        memcpy(votes->sum + i * classes, chunk->votes->sum + origin * classes, classes * sizeof *votes->sum);
        votes->chance[i] = chunk->votes->chance[origin];
    }
    return true;
}

/* Weighted mean rise of the loss over queries begin .. end-1. */
static double mean_rise(const struct chunk *chunk, const struct lf_oob_queries *permuted, const struct lf_votes *votes,
                        uint32_t begin, uint32_t end) {
    double rise = 0, weight = 0, prob[FOREST_MAX_CLASSES];
    for (uint32_t i = begin; i < end; i++) {
        uint8_t label = chunk->training->matrix->label[chunk->training->bootstrap->cell[permuted->unit[i]]];
        if (!lf_votes_probabilities(chunk->votes, 0, origin_of(chunk, (i - begin) % chunk->rows), prob))
            continue;
        double before = lf_loss(prob[label]);
        lf_votes_probabilities(votes, 0, i, prob);
        rise += permuted->weight[i] * (lf_loss(prob[label]) - before);
        weight += permuted->weight[i];
    }
    return weight > 0 ? rise / weight : 0;
}

static enum forest_status measure_features(const struct chunk *chunk, struct lf_tree *tree, uint32_t trees, double *out,
                                           struct forest_error *err) {
    struct lf_oob_queries permuted;
    struct lf_votes votes = {0};
    uint32_t n = 0, at = 0;
    for (uint32_t i = 0; i < chunk->features; i++)
        n += chunk->rows * copies(&chunk->marginal[i]);
    uint32_t features = chunk->training->matrix->features;
    bool made = lf_oob_queries_make(&permuted, n, features, features < MANY_FEATURES ? 0 : chunk->rows) &&
                lf_votes_make(&votes, n, chunk->votes->classes, 1) && make_bases(chunk, &permuted, &votes);
    for (uint32_t i = 0; made && i < chunk->features; at += chunk->rows * copies(&chunk->marginal[i++]))
        made = permute(chunk, &chunk->marginal[i], &permuted, at);
    enum forest_status status =
        made ? lf_ensemble_vote(chunk->training, tree, trees, &permuted, &votes, err) : lf_no_memory(err);
    at = 0;
    for (uint32_t i = 0; status == FOREST_OK && i < chunk->features; i++) {
        uint32_t end = at + chunk->rows * copies(&chunk->marginal[i]);
        out[chunk->marginal[i].feature] = mean_rise(chunk, &permuted, &votes, at, end);
        at = end;
    }
    lf_votes_done(&votes);
    lf_oob_queries_done(&permuted);
    return status;
}

/* Features that no tree asks about keep 0, and cost nothing. */
static bool make_marginals(struct chunk *chunk, const struct lf_tree *tree, uint32_t trees) {
    const struct lf_matrix *matrix = chunk->training->matrix;
    chunk->marginal = calloc(matrix->features, sizeof *chunk->marginal);
    for (uint32_t f = 0; chunk->marginal != NULL && f < matrix->features; f++) {
        bool used = false;
        for (uint32_t t = 0; !used && t < trees; t++)
            used = tree[t].gain[f] != 0;
        if (used && !marginal_make(&chunk->marginal[chunk->features++], matrix, f))
            return false;
    }
    return chunk->marginal != NULL;
}

/* How many units may be permuted, and for how many of the features at once. */
static uint32_t permuted_rows(const struct chunk *chunk) {
    size_t each = 0;
    for (uint32_t i = 0; i < chunk->features; i++)
        each += copies(&chunk->marginal[i]);
    size_t rows = each ? MAX_WORK / chunk->votes->classes / each : 0;
    rows = rows < MIN_ROWS ? MIN_ROWS : rows;
    return rows < chunk->queries->n ? (uint32_t)rows : chunk->queries->n;
}

static uint32_t chunk_features(const struct chunk *all, uint32_t first) {
    size_t codes = 0, last = first;
    while (last < all->features && (last == first || codes < MAX_CODES))
        codes += (size_t)all->rows * copies(&all->marginal[last++]) * all->training->matrix->features;
    return (uint32_t)last - first;
}

enum forest_status lf_permutation_importance(const struct lf_training *training, struct lf_tree *tree, uint32_t trees,
                                             const struct lf_oob_queries *queries, const struct lf_votes *votes,
                                             double *out, struct forest_error *err) {
    struct chunk all = {.training = training, .queries = queries, .votes = votes};
    memset(out, 0, training->matrix->features * sizeof *out);
    enum forest_status status = make_marginals(&all, tree, trees) ? FOREST_OK : lf_no_memory(err);
    all.rows = permuted_rows(&all);
    for (uint32_t first = 0; status == FOREST_OK && first < all.features;) {
        struct chunk chunk = all;
        chunk.marginal += first;
        chunk.features = chunk_features(&all, first);
        status = measure_features(&chunk, tree, trees, out, err);
        first += chunk.features;
    }
    for (uint32_t i = 0; i < all.features; i++)
        marginal_done(&all.marginal[i]);
    free(all.marginal);
    return status;
}
