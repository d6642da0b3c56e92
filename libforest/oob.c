/* oob.c - what the trees that did not see a row say about it. */
#include "libforest/oob.h"

#include "libforest/calibrate.h"
#include "libforest/error.h"
#include "libforest/leaf.h"
#include "libforest/metrics.h"
#include "libforest/number.h"

#include <stdlib.h>
#include <string.h>

#define FIT_PROBES 20000
#define MOST_VOTES ((size_t)1 << 22) /* probes x classes */

enum forest_status lf_probes_of_units(struct lf_probes *out, const struct lf_matrix *matrix,
                                      const struct lf_bootstrap *bootstrap, struct forest_error *err) {
    size_t most = MOST_VOTES / matrix->classes, features = matrix->features;
    uint32_t n = bootstrap->units < most ? bootstrap->units : (uint32_t)most;
    *out = (struct lf_probes){.n = n,
                              .unit = calloc(n, sizeof *out->unit),
                              .weight = calloc(n, sizeof *out->weight),
                              .code = reallocarray(NULL, n, features * sizeof *out->code)};
    if (out->unit == NULL || out->weight == NULL || out->code == NULL) {
        lf_probes_done(out);
        return lf_no_memory(err);
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t unit = (uint32_t)((uint64_t)i * bootstrap->units / n);
        out->unit[i] = unit;
        out->weight[i] = (double)bootstrap->count[unit];
        for (size_t f = 0; f < features; f++)
            out->code[i * features + f] = (uint16_t)lf_column_code(&matrix->column[f], bootstrap->cell[unit]);
    }
    return FOREST_OK;
}

void lf_probes_done(struct lf_probes *probes) {
    free(probes->unit);
    free(probes->weight);
    free(probes->code);
    free(probes->origin);
    *probes = (struct lf_probes){0};
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

/* Probes in flight. */
struct lanes {
    unsigned n;
    uint32_t probe[LF_LANES], missed[LF_LANES], at[LF_LANES];
    const uint16_t *code[LF_LANES];
};

static void walk_lanes(struct lanes *lanes, const struct lf_walk *walk) {
    memset(lanes->at, 0, sizeof lanes->at);
    for (bool moved = true; moved;) {
        moved = false;
        for (unsigned lane = 0; lane < lanes->n; lane++) {
            uint32_t next = lf_step(walk, lanes->at[lane], lanes->code[lane]);
            moved |= next != lanes->at[lane];
            lanes->at[lane] = next;
        }
    }
}

static void vote(struct lf_votes *votes, struct lanes *lanes, const struct lf_walk *walk, const uint16_t *share,
                 size_t shares) {
    walk_lanes(lanes, walk);
    for (unsigned lane = 0; lane < lanes->n; lane++) {
        uint64_t missed = lanes->missed[lane];
        votes->chance[lanes->probe[lane]] += missed;
        for (uint32_t variant = 0; variant < votes->variants; variant++) {
            const uint16_t *row = share + (variant * shares + walk->node[lanes->at[lane]].next) * votes->classes;
            uint64_t *sum = votes->sum + ((size_t)variant * votes->probes + lanes->probe[lane]) * votes->classes;
            for (uint32_t k = 0; k < votes->classes; k++)
                sum[k] += missed * row[k];
        }
    }
    lanes->n = 0;
}

void lf_votes_add(struct lf_votes *votes, const struct lf_probes *probes, const struct lf_matrix *matrix,
                  const struct lf_bootstrap *bootstrap, const uint32_t *drawn, const struct lf_walk *walk,
                  const uint16_t *share, size_t shares) {
    struct lanes lanes = {0};
    for (uint32_t i = 0; i < probes->n; i++) {
        uint32_t missed = lf_bootstrap_missed(bootstrap, probes->unit[i], drawn[probes->unit[i]]);
        if (missed == 0)
            continue;
        lanes.probe[lanes.n] = i;
        lanes.missed[lanes.n] = missed;
        lanes.code[lanes.n] = probes->code + (size_t)i * matrix->features;
        if (++lanes.n == LF_LANES)
            vote(votes, &lanes, walk, share, shares);
    }
    vote(votes, &lanes, walk, share, shares);
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

static double loss_at(const struct lf_votes *votes, const struct lf_probes *probes, const struct lf_matrix *matrix,
                      const struct lf_bootstrap *bootstrap, double ln_temperature) {
    double sum = 0, prob[FOREST_MAX_CLASSES];
    for (uint32_t i = 0; i < probes->n; i += 1 + probes->n / FIT_PROBES)
        if (lf_votes_share(votes, 0, i, prob)) {
            lf_calibrate(prob, votes->classes, lf_exp(ln_temperature));
            sum += probes->weight[i] * lf_loss(prob[matrix->label[bootstrap->cell[probes->unit[i]]]]);
        }
    return sum;
}

/* Golden section: the loss has one minimum in 1/T. */
double lf_fit_temperature(const struct lf_votes *votes, const struct lf_probes *probes, const struct lf_matrix *matrix,
                          const struct lf_bootstrap *bootstrap) {
    const double golden = 0.6180339887498949;
    double low = -1.5, high = 1.5, a = high - golden * (high - low), b = low + golden * (high - low);
    double at_a = loss_at(votes, probes, matrix, bootstrap, a), at_b = loss_at(votes, probes, matrix, bootstrap, b);
    while (high - low > 1e-3) {
        if (at_a < at_b) {
            high = b;
            b = a;
            at_b = at_a;
            a = high - golden * (high - low);
            at_a = loss_at(votes, probes, matrix, bootstrap, a);
        } else {
            low = a;
            a = b;
            at_a = at_b;
            b = low + golden * (high - low);
            at_b = loss_at(votes, probes, matrix, bootstrap, b);
        }
    }
    return lf_exp((low + high) / 2);
}
