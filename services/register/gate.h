/*
 * gate.h - whether a candidate may become the champion. It knows numbers only.
 *
 * Floors, always: it beats the class shares, and is no worse than counting by cell beyond a margin.
 * Against a champion: on rows that neither trained on, the one-sided bound of the mean gain in log-loss
 * is above zero, and accuracy and Brier score are no worse beyond margins.  "At least as good" would be
 * a coin flip on a hold-out of some hundred rows.  The same rows are not looked at again and again: a
 * hold-out that is asked often enough says yes to anything.
 */
#ifndef REGISTER_GATE_H
#define REGISTER_GATE_H

#include "services/register/comparison.h"

struct gate_settings {
    double confidence;      /* of the bound, one-sided */
    double cells_margin;    /* nats a row */
    double accuracy_margin; /* share of rows */
    double brier_margin;
    uint64_t new_rows; /* purchases that must be new since the last comparison */
};

struct gate_numbers {
    struct comparison measured;
    double card_log_loss;                     /* what the candidate's card says of the hold-out */
    double majority_log_loss, cells_log_loss; /* of its baselines */
    bool has_champion;
    bool champion_may_know; /* the champion trained on purchases as late as the hold-out's first */
    bool compared_before;   /* with a champion on some hold-out; the three below belong to it */
    bool same_holdout;
    uint64_t new_rows;
};

enum gate_verdict { GATE_PROMOTE, GATE_REJECT, GATE_POSTPONE };

struct gate_answer {
    enum gate_verdict verdict;
    double bound; /* the lower bound of the gain; NaN where there is no champion */
    char reason[200];
};

struct gate_answer gate_decide(const struct gate_numbers *numbers, const struct gate_settings *settings);

#endif
