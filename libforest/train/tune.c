/* tune.c - chooses min_leaf, mtry and smoothing by out-of-bag log-loss. */
#include "libforest/train/tune.h"

#include "libforest/base/forest_error.h"

#include <math.h>

/* Small forests rank the settings; then the best is compared with the given setting, with the full number of trees. */
enum { TREES = 50, MIN_LEAVES = 5, MTRIES = 3, FINALISTS = 2, FIT_QUERIES = 2000 };

static const uint32_t min_leaves[MIN_LEAVES] = {1, 4, 12, 30, 80};
static const struct lf_smoothing smoothings = {8, {0.05, 0.2, 0.5, 1, 2, 4, 8, 16}};

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
    return lf_tune_settings(features) / smoothings.variants * (trees < TREES ? trees : TREES) + FINALISTS * trees;
}

struct choice {
    double loss;
    struct lf_limits limits;
    double smoothing;
};

/* What all trials have in common. */
struct tuning {
    const struct lf_training *training;
    const struct lf_oob_queries *queries;
    bool calibrate;
    struct choice best;
    struct forest_error *err;
};

static double loss_of(const struct tuning *t, const struct lf_votes *votes, uint32_t variant) {
    const struct lf_matrix *matrix = t->training->matrix;
    const struct lf_bootstrap *bootstrap = t->training->bootstrap;
    double temperature =
        t->calibrate ? lf_fit_temperature(votes, variant, t->queries, matrix, bootstrap, FIT_QUERIES) : 1;
    return lf_votes_metrics(votes, variant, t->queries, matrix, bootstrap, temperature).log_loss;
}

static enum forest_status try_limits(struct tuning *t, uint32_t trees, const struct lf_limits *limits,
                                     const struct lf_smoothing *smoothing) {
    struct lf_votes votes;
    bool made = lf_votes_make(&votes, t->queries->n, t->training->matrix->classes, smoothing->variants);
    enum forest_status status =
        made ? lf_ensemble_grow(t->training, limits, smoothing, 0, trees, t->queries, &votes, NULL, t->err)
             : lf_no_memory(t->err);
    for (uint32_t variant = 0; status == FOREST_OK && variant < smoothing->variants; variant++) {
        double loss = loss_of(t, &votes, variant);
        if (loss < t->best.loss)
            t->best = (struct choice){loss, *limits, smoothing->rows[variant]};
    }
    lf_votes_done(&votes);
    return status;
}

static enum forest_status try_grid(struct tuning *t, uint32_t trees, const struct lf_limits *given) {
    uint32_t mtry[MTRIES] = {0}, mtries = list_mtries(t->training->matrix->features, mtry);
    enum forest_status status = FOREST_OK;
    for (uint32_t m = 0; m < mtries; m++)
        for (int l = 0; status == FOREST_OK && l < MIN_LEAVES; l++) {
            struct lf_limits limits = *given;
            limits.mtry = mtry[m];
            limits.min_leaf = min_leaves[l];
            status = try_limits(t, trees, &limits, &smoothings);
        }
    return status;
}

enum forest_status lf_tune(const struct lf_training *training, const struct lf_oob_queries *queries, uint32_t trees,
                           bool calibrate, struct lf_limits *limits, double *smoothing, struct forest_error *err) {
    struct choice given = {INFINITY, *limits, *smoothing};
    struct tuning t = {training, queries, calibrate, given, err};
    enum forest_status status = try_grid(&t, trees < TREES ? trees : TREES, limits);
    const struct choice final[] = {given, t.best};
    t.best = given;
    for (size_t i = 0; status == FOREST_OK && i < FINALISTS; i++)
        status = try_limits(&t, trees, &final[i].limits, &(struct lf_smoothing){1, {final[i].smoothing}});
    *limits = t.best.limits;
    *smoothing = t.best.smoothing;
    return status;
}
