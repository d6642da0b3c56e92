/* tune.c - choosing min_leaf, mtry and smoothing by out-of-bag log-loss. */
#include "libforest/tune.h"

#include "libforest/error.h"

#include <math.h>

/* Enough to order settings; the forest itself has as many as were asked for. */
enum { TREES = 50, MIN_LEAVES = 5, MTRIES = 3 };

static const uint32_t min_leaves[MIN_LEAVES] = {1, 4, 12, 30, 80};
static const struct lf_smoothing smoothings = {6, {0.5, 1, 2, 4, 8, 16}};

/* About the square root of the number of features, a third, and two thirds of it; no number twice. */
static uint32_t list_mtries(uint32_t features, uint32_t mtry[MTRIES]) {
    uint32_t wish[MTRIES] = {(uint32_t)ceil(sqrt(features)), (features + 2) / 3, (2 * features + 2) / 3};
    uint32_t n = 0;
    for (int i = 0; i < MTRIES; i++) {
        bool known = false;
        for (uint32_t j = 0; j < n; j++)
            known = known || mtry[j] == wish[i];
        if (!known)
            mtry[n++] = wish[i];
    }
    return n;
}

uint32_t lf_tune_settings(uint32_t features) {
    uint32_t mtry[MTRIES] = {0};
    return MIN_LEAVES * list_mtries(features, mtry) * smoothings.variants;
}

uint32_t lf_tune_trees(uint32_t features, uint32_t trees) {
    return lf_tune_settings(features) / smoothings.variants * (trees < TREES ? trees : TREES);
}

struct choice {
    double loss;
    struct lf_limits limits;
    double smoothing;
};

static enum forest_status try_limits(const struct lf_training *training, const struct lf_probes *probes, uint32_t trees,
                                     const struct lf_limits *limits, struct choice *best, struct forest_error *err) {
    struct lf_votes votes;
    enum forest_status status =
        lf_votes_make(&votes, probes->n, training->matrix->classes, smoothings.variants)
            ? lf_ensemble_grow(training, limits, &smoothings, 0, trees, probes, &votes, NULL, err)
            : lf_no_memory(err);
    for (uint32_t variant = 0; status == FOREST_OK && variant < smoothings.variants; variant++) {
        double loss = lf_votes_metrics(&votes, variant, probes, training->matrix, training->bootstrap, 1).log_loss;
        if (loss < best->loss)
            *best = (struct choice){loss, *limits, smoothings.rows[variant]};
    }
    lf_votes_done(&votes);
    return status;
}

enum forest_status lf_tune(const struct lf_training *training, const struct lf_probes *probes, uint32_t trees,
                           struct lf_limits *limits, double *smoothing, struct forest_error *err) {
    struct choice best = {INFINITY, *limits, *smoothing};
    uint32_t mtry[MTRIES] = {0}, mtries = list_mtries(training->matrix->features, mtry);
    for (uint32_t m = 0; m < mtries; m++)
        for (int l = 0; l < MIN_LEAVES; l++) {
            struct lf_limits tried = *limits;
            tried.mtry = mtry[m];
            tried.min_leaf = min_leaves[l];
            enum forest_status status = try_limits(training, probes, trees < TREES ? trees : TREES, &tried, &best, err);
            if (status != FOREST_OK)
                return status;
        }
    *limits = best.limits;
    *smoothing = best.smoothing;
    return FOREST_OK;
}
