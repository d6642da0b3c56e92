/* trial.c - measures two models on a hold-out and asks the gate. */
#include "tests/bench/gate/trial.h"

#include <math.h>
#include <stdlib.h>

enum { CALLS = 20000 };

static const char *const type_name[TYPES] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};

/* Each possible row once, weighed by how often it was bought. */
static struct comparison measure(const struct purchases *holdout, const struct model *challenger,
                                 const struct model *champion) {
    uint16_t label[ROWS];
    uint32_t slice[ROWS];
    struct comparison made;
    for (uint32_t row = 0; row < ROWS; row++) {
        label[row] = (uint16_t)(row % PACKAGES);
        slice[row] = row / PACKAGES / SIZES;
    }
    struct comparison_rows rows = {.rows = ROWS,
                                   .classes = PACKAGES,
                                   .slices = TYPES,
                                   .label = label,
                                   .weight = holdout->count,
                                   .slice = slice,
                                   .slice_name = type_name,
                                   .challenger = challenger->answer[0],
                                   .champion = champion != NULL ? champion->answer[0] : NULL};
    if (!comparison_measure(&made, &rows))
        abort();
    return made;
}

/* The best of all champions on these rows, as register finds it. */
static const struct model *find_anchor(const struct attempt *attempt) {
    const struct model *best_champion = attempt->champion;
    double best = INFINITY;
    for (size_t i = 0; i < attempt->formers; i++) {
        struct comparison alone = measure(attempt->holdout, attempt->former[i], NULL);
        if (alone.challenger.log_loss < best) {
            best = alone.challenger.log_loss;
            best_champion = attempt->former[i];
        }
        comparison_done(&alone);
    }
    return best_champion;
}

static struct gate_decision not_worse_in_accuracy(const struct comparison *measured) {
    bool promote = measured->challenger.accuracy >= measured->champion.accuracy;
    return (struct gate_decision){.verdict = promote ? GATE_PROMOTE : GATE_REJECT};
}

struct gate_decision trial_decide(const struct gate_under_proof *gate, const struct attempt *attempt,
                                  const struct model *challenger) {
    const struct model *rival = attempt->champion;
    if (gate->settings != NULL && gate->settings->alarm)
        rival = find_anchor(attempt);
    struct gate_numbers n = {.measured = measure(attempt->holdout, challenger, rival),
                             .frequency_log_loss = INFINITY, /* no cells are counted here */
                             .majority_log_loss = attempt->world->majority_log_loss,
                             .has_champion = true,
                             .compared_before = attempt->before,
                             .new_rows = attempt->new_rows};
    n.card_log_loss = n.measured.challenger.log_loss;
    n.disagreement = (struct disagreement){
        .requests = CALLS,
        .requests_changed = (uint64_t)lround(CALLS * world_change(attempt->world, challenger, attempt->champion))};
    struct gate_decision answer =
        gate->settings != NULL ? gate_decide(&n, gate->settings) : not_worse_in_accuracy(&n.measured);
    comparison_done(&n.measured);
    return answer;
}
