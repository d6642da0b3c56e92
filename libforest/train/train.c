/* train.c - trains a forest from a data set and parameters. */
#include "libforest/base/forest_error.h"
#include "libforest/format/writer.h"
#include "libforest/metrics/tally.h"
#include "libforest/train/importance.h"
#include "libforest/train/tune.h"

#include <math.h>
#include <stdlib.h>

enum { FIRST_CHECK = 32, MAX_THREADS = 256, FIT_QUERIES = 20000 };

void forest_params_init(struct forest_params *params) {
    *params = (struct forest_params){.seed = 1,
                                     .trees = 100,
                                     .min_leaf = 1,
                                     .smoothing = 0.2,
                                     .sample_fraction = 1,
                                     .tune = true,
                                     .calibrate = true,
                                     .threads = 1};
}

/* ---- parameters ------------------------------------------------------------------------------ */

static enum forest_status check_numbers(const struct forest_params *p, size_t features, struct forest_error *err) {
    if (p->trees < 1 || p->trees > FOREST_MAX_TREES)
        return lf_fail(err, FOREST_INVALID, "trees is %u, not 1 to %d", p->trees, FOREST_MAX_TREES);
    if (p->mtry > features)
        return lf_fail(err, FOREST_INVALID, "mtry is %u, more than the %zu features", p->mtry, features);
    if (p->min_leaf < 1)
        return lf_fail(err, FOREST_INVALID, "min_leaf is 0, not at least 1");
    if (!(p->smoothing >= 0 && p->smoothing <= 1e9))
        return lf_fail(err, FOREST_INVALID, "smoothing is %g, not 0 to 1e9", p->smoothing);
    if (!(p->stop_gain >= 0 && isfinite(p->stop_gain)))
        return lf_fail(err, FOREST_INVALID, "stop_gain is %g, not 0 or more", p->stop_gain);
    if (p->threads < 1)
        return lf_fail(err, FOREST_INVALID, "threads is 0, not at least 1");
    return FOREST_OK;
}

static enum forest_status check_sampling(const struct forest_params *p, size_t classes, struct forest_error *err) {
    bool with = p->bootstrap == FOREST_WITH_REPLACEMENT, without = p->bootstrap == FOREST_WITHOUT_REPLACEMENT;
    if (!with && !without && p->bootstrap != FOREST_ALL_ROWS)
        return lf_fail(err, FOREST_INVALID, "bootstrap is %d, not a value of enum forest_bootstrap", (int)p->bootstrap);
    if (!(p->sample_fraction > 0 && p->sample_fraction <= 1e9))
        return lf_fail(err, FOREST_INVALID, "sample_fraction is %g, not above 0", p->sample_fraction);
    if (without && p->sample_fraction > 1)
        return lf_fail(err, FOREST_INVALID, "sample_fraction is %g, over 1 without replacement", p->sample_fraction);
    if (!with && (p->balanced || p->class_weights != NULL))
        return lf_fail(err, FOREST_INVALID, "class weights are sampling weights and need a bootstrap with replacement");
    for (size_t k = 0; p->class_weights != NULL && k < classes; k++)
        if (!(p->class_weights[k] >= 1e-6 && p->class_weights[k] <= 1e6))
            return lf_fail(err, FOREST_INVALID, "class_weights[%zu] is %g, not 1e-6 to 1e6", k, p->class_weights[k]);
    return FOREST_OK;
}

/* ---- a training ------------------------------------------------------------------------------ */

struct training_run {
    const struct forest_params *params;
    struct forest_error *err;
    struct lf_matrix matrix;
    struct lf_bootstrap bootstrap;
    struct lf_training training;
    struct lf_watch watch;
    struct lf_oob_queries queries;
    struct lf_votes votes;
    struct lf_limits limits;
    double smoothing, temperature;
    struct lf_tree *tree; /* [params->trees], of which `trees` are grown */
    uint32_t trees;
    double *importance; /* [2][features] */
    struct forest_metrics oob;
};

static void work_done(struct training_run *w) {
    for (uint32_t t = 0; w->tree != NULL && t < w->params->trees; t++)
        lf_tree_done(&w->tree[t]);
    free(w->tree);
    free(w->importance);
    lf_votes_done(&w->votes);
    lf_oob_queries_done(&w->queries);
    lf_bootstrap_done(&w->bootstrap);
    lf_matrix_done(&w->matrix);
}

static void rows_by_class(const struct lf_matrix *matrix, double *rows /* [classes] */) {
    for (uint32_t k = 0; k < matrix->classes; k++)
        rows[k] = 0;
    for (uint32_t cell = 0; cell < matrix->cells; cell++)
        rows[matrix->label[cell]] += (double)matrix->count[cell];
}

/* Sampling weights of classes, and the shares that classes then have.  Returns whether any differ from 1. */
static bool weigh_classes(const struct training_run *w, double *weight, double *prior) {
    double rows[FOREST_MAX_CLASSES], sum = 0;
    const struct forest_params *p = w->params;
    rows_by_class(&w->matrix, rows);
    for (uint32_t k = 0; k < w->matrix.classes; k++) {
        weight[k] = p->class_weights ? p->class_weights[w->matrix.class_by_name[k]] : 1;
        if (p->balanced && rows[k] > 0)
            weight[k] *= (double)w->matrix.rows / (w->matrix.classes * rows[k]);
        sum += weight[k] * rows[k];
    }
    for (uint32_t k = 0; k < w->matrix.classes; k++)
        prior[k] = weight[k] * rows[k] / sum;
    return p->balanced || p->class_weights != NULL;
}

static enum forest_status prepare(struct training_run *w, const struct forest_dataset *ds) {
    const struct forest_params *p = w->params;
    double weight[FOREST_MAX_CLASSES];
    enum forest_status status = lf_matrix_make(&w->matrix, ds, w->err);
    if (status != FOREST_OK)
        return status;
    bool weighted = weigh_classes(w, weight, w->training.prior);
    status = lf_bootstrap_make(&w->bootstrap, &w->matrix, p->bootstrap, p->sample_fraction, weighted ? weight : NULL,
                               w->err);
    if (status == FOREST_OK)
        status = lf_oob_queries_of_units(&w->queries, &w->matrix, &w->bootstrap, 1, w->err);
    if (status != FOREST_OK)
        return status;
    w->training.matrix = &w->matrix;
    w->training.bootstrap = &w->bootstrap;
    w->training.seed = p->seed;
    w->training.threads = p->threads < MAX_THREADS ? p->threads : MAX_THREADS;
    w->training.watch = &w->watch;
    w->watch = (struct lf_watch){p->progress, p->progress_user, 0, p->trees};
    w->limits = (struct lf_limits){p->mtry, p->min_leaf, p->max_depth, p->max_nodes};
    if (p->mtry == 0)
        w->limits.mtry = (uint32_t)ceil(sqrt(w->matrix.features));
    w->smoothing = p->smoothing;
    w->temperature = 1;
    w->tree = calloc(p->trees, sizeof *w->tree);
    w->importance = calloc(2 * (size_t)w->matrix.features, sizeof *w->importance);
    bool made = w->tree && w->importance && lf_votes_make(&w->votes, w->queries.n, w->matrix.classes, 1);
    return made ? FOREST_OK : lf_no_memory(w->err);
}

static enum forest_status tune(struct training_run *w) {
    uint32_t features = w->matrix.features, trees = w->params->trees;
    if (!w->params->tune || w->params->bootstrap == FOREST_ALL_ROWS ||
        (uint64_t)w->matrix.cells * lf_tune_settings(features) > FOREST_TUNE_BOUND)
        return FOREST_OK;
    struct lf_oob_queries queries;
    enum forest_status status = lf_oob_queries_of_units(&queries, &w->matrix, &w->bootstrap, LF_MAX_VARIANTS, w->err);
    w->watch.total += lf_tune_trees(features, trees);
    if (status == FOREST_OK)
        status = lf_tune(&w->training, &queries, trees, w->params->calibrate, &w->limits, &w->smoothing, w->err);
    lf_oob_queries_done(&queries);
    return status;
}

/* ---- growing, until trees are enough ---------------------------------------------------------- */

/* The loss of each query now, into loss; the mean of how far it fell, in standard errors of that mean.  Where no row
 * is out of bag nothing can be said, and nothing stops. */
static double gain_in_errors(const struct training_run *w, double *loss, bool first) {
    double prob[FOREST_MAX_CLASSES], rows = 0, sum = 0, squares = 0;
    for (uint32_t i = 0; i < w->queries.n; i++) {
        if (!lf_votes_probabilities(&w->votes, 0, i, prob))
            continue;
        double now = lf_loss(prob[w->matrix.label[w->bootstrap.cell[w->queries.unit[i]]]]);
        double fall = loss[i] - now, weight = w->queries.weight[i];
        loss[i] = now;
        if (fall > 1e8)
            continue; /* no tree had missed it before */
        rows += weight;
        sum += weight * fall;
        squares += weight * fall * fall;
    }
    if (first || rows == 0)
        return INFINITY;
    double mean = sum / rows, variance = (squares / rows - mean * mean) / rows;
    return variance > 0 ? mean / sqrt(variance) : 0;
}

static enum forest_status grow(struct training_run *w) {
    uint32_t wanted = w->params->trees, round = w->params->stop_gain > 0 ? FIRST_CHECK : wanted;
    struct lf_smoothing smoothing = {1, {w->smoothing}};
    double *loss = calloc(w->queries.n, sizeof *loss);
    if (loss == NULL)
        return lf_no_memory(w->err);
    for (uint32_t i = 0; i < w->queries.n; i++)
        loss[i] = 1e9;
    enum forest_status status = FOREST_OK;
    bool enough = false;
    while (status == FOREST_OK && !enough && w->trees < wanted) {
        uint32_t to = round < wanted ? round : wanted;
        status = lf_ensemble_grow(&w->training, &w->limits, &smoothing, w->trees, to, &w->queries, &w->votes, w->tree,
                                  w->err);
        enough = status == FOREST_OK && to < wanted && w->params->bootstrap != FOREST_ALL_ROWS &&
                 gain_in_errors(w, loss, w->trees == 0) < w->params->stop_gain;
        w->trees = to;
        round *= 2;
    }
    free(loss);
    return status;
}

/* ---- what goes with the trees ------------------------------------------------------------------ */

static struct lf_model model_of(const struct training_run *w) {
    return (struct lf_model){.matrix = &w->matrix,
                             .tree = w->tree,
                             .importance = w->importance,
                             .info = {.trees = w->trees,
                                      .features = w->matrix.features,
                                      .classes = w->matrix.classes,
                                      .mtry = w->limits.mtry,
                                      .min_leaf = w->limits.min_leaf,
                                      .rows = w->matrix.rows,
                                      .cells = w->matrix.cells,
                                      .seed = w->params->seed,
                                      .smoothing = w->smoothing,
                                      .temperature = w->temperature,
                                      .oob = w->oob}};
}

/* Keep as many trees as max_bytes has room for; the others' votes are taken back by counting again. */
static enum forest_status fit_bytes(struct training_run *w) {
    uint64_t most = w->params->max_bytes, size = 0;
    uint32_t fits = 0, too_many = w->trees + 1;
    struct lf_model model = model_of(w);
    if (most == 0)
        return FOREST_OK;
    for (uint32_t tried = w->trees; fits + 1 < too_many; tried = fits + (too_many - fits) / 2) {
        size = lf_model_size(&model, tried);
        if (size == 0)
            return lf_no_memory(w->err);
        if (size <= most)
            fits = tried;
        else
            too_many = tried;
    }
    if (fits == 0)
        return lf_fail(w->err, FOREST_NO_MEMORY, "a model of one tree has %llu bytes, max_bytes is %llu",
                       (unsigned long long)size, (unsigned long long)most);
    if (fits == w->trees)
        return FOREST_OK;
    w->trees = fits;
    lf_votes_done(&w->votes);
    if (!lf_votes_make(&w->votes, w->queries.n, w->matrix.classes, 1))
        return lf_no_memory(w->err);
    return lf_ensemble_vote(&w->training, w->tree, fits, &w->queries, &w->votes, w->err);
}

static enum forest_status measure(struct training_run *w) {
    lf_impurity_importance(w->tree, w->trees, w->matrix.features, w->importance);
    if (w->params->bootstrap == FOREST_ALL_ROWS)
        return FOREST_OK;
    if (w->params->calibrate)
        w->temperature = lf_fit_temperature(&w->votes, 0, &w->queries, &w->matrix, &w->bootstrap, FIT_QUERIES);
    w->oob = lf_votes_metrics(&w->votes, 0, &w->queries, &w->matrix, &w->bootstrap, w->temperature);
    return lf_permutation_importance(&w->training, w->tree, w->trees, &w->queries, &w->votes,
                                     w->importance + w->matrix.features, w->err);
}

enum forest_status forest_train(struct forest **out, const struct forest_dataset *ds,
                                const struct forest_params *params, struct forest_error *err) {
    const struct forest_schema *schema = forest_dataset_schema(ds);
    struct training_run w = {.params = params, .err = err};
    enum forest_status status = check_numbers(params, schema->features, err);
    status = status == FOREST_OK ? check_sampling(params, schema->classes, err) : status;
    status = status == FOREST_OK ? prepare(&w, ds) : status;
    status = status == FOREST_OK ? tune(&w) : status;
    status = status == FOREST_OK ? grow(&w) : status;
    status = status == FOREST_OK ? fit_bytes(&w) : status;
    status = status == FOREST_OK ? measure(&w) : status;
    if (status == FOREST_OK) {
        struct lf_model model = model_of(&w);
        status = lf_model_forest(out, &model, err);
    }
    work_done(&w);
    return status;
}
