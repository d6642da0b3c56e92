/* ensemble.c - many trees on one matrix: growing them by several threads, and their out-of-bag votes. */
#include "libforest/train/ensemble.h"

#include "libforest/base/forest_error.h"
#include "libforest/base/keyed_rng.h"

#include <stdlib.h>
#include <string.h>

/* One thread's memory. */
struct worker_state {
    struct lf_grower *grower;
    uint32_t *drawn;  /* [units] */
    uint32_t *weight; /* [cells] */
    struct lf_oob_scratch scratch;
    struct lf_votes votes;
};

struct ensemble_job {
    const struct lf_training *training;
    const struct lf_smoothing *smoothing;
    const struct lf_oob_queries *queries;
    struct lf_tree *tree;
    struct worker_state *state; /* [threads] */
};

static void draw(const struct ensemble_job *job, struct worker_state *state, uint32_t tree) {
    const struct lf_training *training = job->training;
    lf_bootstrap_draw(training->bootstrap, training->seed, tree, state->drawn);
    lf_oob_scratch_begin_tree(&state->scratch, training->bootstrap, state->drawn);
}

static void weigh_cells(const struct lf_training *training, struct worker_state *state) {
    memset(state->weight, 0, training->matrix->cells * sizeof *state->weight);
    for (uint32_t unit = 0; unit < training->bootstrap->units; unit++)
        state->weight[training->bootstrap->cell[unit]] += state->drawn[unit];
}

static bool vote(const struct ensemble_job *job, struct worker_state *state, const struct lf_tree *tree) {
    uint32_t *begin = lf_tree_set_begins(tree);
    if (begin == NULL)
        return false;
    struct lf_walk walk = {tree->node, tree->nodes, tree->sets.count > 0 ? begin : NULL, tree->sets.record,
                           tree->share};
    lf_votes_add(&state->votes, job->queries, &state->scratch, &walk, tree->share, tree->shares);
    free(begin);
    return true;
}

static enum forest_status grow_one(void *context, unsigned worker, uint32_t number) {
    struct ensemble_job *job = context;
    struct worker_state *state = &job->state[worker];
    const struct lf_training *training = job->training;
    struct lf_tree tree;
    draw(job, state, number);
    weigh_cells(training, state);
    if (!lf_grow(state->grower, state->weight, lf_key(training->seed, number, LF_TRY_FEATURES), &tree))
        return FOREST_NO_MEMORY;
    bool done = lf_tree_shares(&tree, training->matrix->classes, training->prior, job->smoothing->rows,
                               job->smoothing->variants) &&
                vote(job, state, &tree);
    if (done && job->tree != NULL)
        job->tree[number] = tree;
    else
        lf_tree_done(&tree);
    return done ? FOREST_OK : FOREST_NO_MEMORY;
}

static enum forest_status vote_one(void *context, unsigned worker, uint32_t number) {
    struct ensemble_job *job = context;
    struct worker_state *state = &job->state[worker];
    draw(job, state, number);
    return vote(job, state, &job->tree[number]) ? FOREST_OK : FOREST_NO_MEMORY;
}

static bool make_worker_state(struct worker_state *state, const struct ensemble_job *job,
                              const struct lf_limits *limits, const struct lf_votes *votes) {
    const struct lf_training *training = job->training;
    state->grower = limits ? lf_grower_new(training->matrix, limits) : NULL;
    state->drawn = calloc(training->bootstrap->units, sizeof *state->drawn);
    state->weight = calloc(training->matrix->cells, sizeof *state->weight);
    return (state->grower != NULL || limits == NULL) && state->drawn != NULL && state->weight != NULL &&
           lf_oob_scratch_make(&state->scratch, job->queries, training->bootstrap->units) &&
           lf_votes_make(&state->votes, votes->queries, votes->classes, votes->variants);
}

/* limits NULL: the trees exist already. */
static enum forest_status run_workers(struct ensemble_job *job, const struct lf_limits *limits, uint32_t from,
                                      uint32_t to, struct lf_votes *votes, struct forest_error *err) {
    unsigned workers = job->training->threads < to - from ? job->training->threads : to - from;
    job->state = calloc(workers, sizeof *job->state);
    bool made = job->state != NULL;
    for (unsigned h = 0; made && h < workers; h++)
        made = make_worker_state(&job->state[h], job, limits, votes);
    enum forest_status status = !made ? lf_no_memory(err)
                                      : lf_parallel(workers, from, to, limits ? grow_one : vote_one, job,
                                                    limits ? job->training->watch : NULL, err);
    for (unsigned h = 0; job->state != NULL && h < workers; h++) {
        struct worker_state *state = &job->state[h];
        if (status == FOREST_OK)
            lf_votes_move(votes, &state->votes);
        lf_votes_done(&state->votes);
        lf_oob_scratch_done(&state->scratch);
        lf_grower_free(state->grower);
        free(state->drawn);
        free(state->weight);
    }
    free(job->state);
    return status;
}

enum forest_status lf_ensemble_grow(const struct lf_training *training, const struct lf_limits *limits,
                                    const struct lf_smoothing *smoothing, uint32_t from, uint32_t to,
                                    const struct lf_oob_queries *queries, struct lf_votes *votes, struct lf_tree *tree,
                                    struct forest_error *err) {
    struct ensemble_job job = {.training = training, .smoothing = smoothing, .queries = queries, .tree = tree};
    return run_workers(&job, limits, from, to, votes, err);
}

enum forest_status lf_ensemble_vote(const struct lf_training *training, struct lf_tree *tree, uint32_t trees,
                                    const struct lf_oob_queries *queries, struct lf_votes *votes,
                                    struct forest_error *err) {
    struct ensemble_job job = {.training = training, .queries = queries, .tree = tree};
    return run_workers(&job, NULL, 0, trees, votes, err);
}
