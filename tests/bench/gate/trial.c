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
    if (!comparison_score(&made, &rows))
        abort();
    return made;
}

/* The best of all champions on these rows, as register finds it. */
static const struct model *find_anchor(const struct look *look) {
    const struct model *anchor = look->champion;
    double best = INFINITY;
    for (size_t i = 0; i < look->formers; i++) {
        struct comparison alone = measure(look->holdout, look->former[i], NULL);
        if (alone.challenger.log_loss < best) {
            best = alone.challenger.log_loss;
            anchor = look->former[i];
        }
        comparison_done(&alone);
    }
    return anchor;
}

static struct gate_answer not_worse_in_accuracy(const struct comparison *measured) {
    bool promote = measured->challenger.accuracy >= measured->champion.accuracy;
    return (struct gate_answer){.verdict = promote ? GATE_PROMOTE : GATE_REJECT};
}

struct gate_answer trial_judge(const struct gate_under_proof *gate, const struct look *look,
                               const struct model *challenger) {
    const struct model *rival = look->champion;
    if (gate->settings != NULL && gate->settings->alarm)
        rival = find_anchor(look);
    struct gate_numbers n = {.measured = measure(look->holdout, challenger, rival),
                             .cells_log_loss = INFINITY, /* no cells are counted here */
                             .majority_log_loss = look->world->majority_log_loss,
                             .has_champion = true,
                             .compared_before = look->before,
                             .new_rows = look->new_rows};
    n.card_log_loss = n.measured.challenger.log_loss;
    n.change = (struct change){.calls = CALLS,
                               .calls_changed =
                                   (uint64_t)lround(CALLS * world_change(look->world, challenger, look->champion))};
    struct gate_answer answer =
        gate->settings != NULL ? gate_decide(&n, gate->settings) : not_worse_in_accuracy(&n.measured);
    comparison_done(&n.measured);
    return answer;
}
