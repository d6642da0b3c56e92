/* ensemble.c - many trees on one matrix: growing them by several threads, and their out-of-bag votes. */
#include "libforest/ensemble.h"

#include "libforest/error.h"
#include "libforest/rng.h"

#include <stdlib.h>
#include <string.h>

/* One thread's memory. */
struct hand {
    struct lf_grower *grower;
    uint32_t *drawn;  /* [units] */
    uint32_t *weight; /* [cells] */
    struct lf_ballot ballot;
    struct lf_votes votes;
};

struct job {
    const struct lf_training *training;
    const struct lf_smoothing *smoothing;
    const struct lf_probes *probes;
    struct lf_tree *tree;
    struct hand *hand; /* [threads] */
};

static void draw(const struct job *job, struct hand *hand, uint32_t tree) {
    const struct lf_training *training = job->training;
    lf_bootstrap_draw(training->bootstrap, training->seed, tree, hand->drawn);
    lf_ballot_admit(&hand->ballot, training->bootstrap, hand->drawn);
}

static void weigh_cells(const struct lf_training *training, struct hand *hand) {
    memset(hand->weight, 0, training->matrix->cells * sizeof *hand->weight);
    for (uint32_t unit = 0; unit < training->bootstrap->units; unit++)
        hand->weight[training->bootstrap->cell[unit]] += hand->drawn[unit];
}

static bool vote(const struct job *job, struct hand *hand, const struct lf_tree *tree) {
    uint32_t *begin = lf_tree_set_begins(tree);
    if (begin == NULL)
        return false;
    struct lf_walk walk = {tree->node, tree->nodes, tree->sets.count > 0 ? begin : NULL, tree->sets.record,
                           tree->share};
    lf_votes_add(&hand->votes, job->probes, &hand->ballot, &walk, tree->share, tree->shares);
    free(begin);
    return true;
}

static enum forest_status grow_one(void *context, unsigned worker, uint32_t number) {
    struct job *job = context;
    struct hand *hand = &job->hand[worker];
    const struct lf_training *training = job->training;
    struct lf_tree tree;
    draw(job, hand, number);
    weigh_cells(training, hand);
    if (!lf_grow(hand->grower, hand->weight, lf_key(training->seed, number, LF_TRY_FEATURES), &tree))
        return FOREST_NO_MEMORY;
    bool done = lf_tree_shares(&tree, training->matrix->classes, training->prior, job->smoothing->rows,
                               job->smoothing->variants) &&
                vote(job, hand, &tree);
    if (done && job->tree != NULL)
        job->tree[number] = tree;
    else
        lf_tree_done(&tree);
    return done ? FOREST_OK : FOREST_NO_MEMORY;
}

static enum forest_status vote_one(void *context, unsigned worker, uint32_t number) {
    struct job *job = context;
    struct hand *hand = &job->hand[worker];
    draw(job, hand, number);
    return vote(job, hand, &job->tree[number]) ? FOREST_OK : FOREST_NO_MEMORY;
}

static bool make_hand(struct hand *hand, const struct job *job, const struct lf_limits *limits,
                      const struct lf_votes *votes) {
    const struct lf_training *training = job->training;
    hand->grower = limits ? lf_grower_new(training->matrix, limits) : NULL;
    hand->drawn = calloc(training->bootstrap->units, sizeof *hand->drawn);
    hand->weight = calloc(training->matrix->cells, sizeof *hand->weight);
    return (hand->grower != NULL || limits == NULL) && hand->drawn != NULL && hand->weight != NULL &&
           lf_ballot_make(&hand->ballot, job->probes, training->bootstrap->units) &&
           lf_votes_make(&hand->votes, votes->probes, votes->classes, votes->variants);
}

/* limits NULL: trees are there. */
static enum forest_status by_hands(struct job *job, const struct lf_limits *limits, uint32_t from, uint32_t to,
                                   struct lf_votes *votes, struct forest_error *err) {
    unsigned hands = job->training->threads < to - from ? job->training->threads : to - from;
    job->hand = calloc(hands, sizeof *job->hand);
    bool made = job->hand != NULL;
    for (unsigned h = 0; made && h < hands; h++)
        made = make_hand(&job->hand[h], job, limits, votes);
    enum forest_status status = !made ? lf_no_memory(err)
                                      : lf_parallel(hands, from, to, limits ? grow_one : vote_one, job,
                                                    limits ? job->training->watch : NULL, err);
    for (unsigned h = 0; job->hand != NULL && h < hands; h++) {
        struct hand *hand = &job->hand[h];
        if (status == FOREST_OK)
            lf_votes_move(votes, &hand->votes);
        lf_votes_done(&hand->votes);
        lf_ballot_done(&hand->ballot);
        lf_grower_free(hand->grower);
        free(hand->drawn);
        free(hand->weight);
    }
    free(job->hand);
    return status;
}

enum forest_status lf_ensemble_grow(const struct lf_training *training, const struct lf_limits *limits,
                                    const struct lf_smoothing *smoothing, uint32_t from, uint32_t to,
                                    const struct lf_probes *probes, struct lf_votes *votes, struct lf_tree *tree,
                                    struct forest_error *err) {
    struct job job = {.training = training, .smoothing = smoothing, .probes = probes, .tree = tree};
    return by_hands(&job, limits, from, to, votes, err);
}

enum forest_status lf_ensemble_vote(const struct lf_training *training, struct lf_tree *tree, uint32_t trees,
                                    const struct lf_probes *probes, struct lf_votes *votes, struct forest_error *err) {
    struct job job = {.training = training, .probes = probes, .tree = tree};
    return by_hands(&job, NULL, 0, trees, votes, err);
}
