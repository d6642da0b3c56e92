/*
 * gate.h - whether a candidate may become the champion. It knows numbers only.
 *
 * Floors, always: its answers to all inputs are probabilities, it beats the class shares, and is no worse than counting
 * by cell beyond a margin.
 *
 * Routine: on rows that neither trained on, the one-sided bound of the mean gain in log-loss over the champion is above
 * zero.  "At least as good" would be a coin flip on a hold-out of some hundred rows.  The same rows are not looked at
 * again and again: a hold-out that is used often enough accepts anything.
 *
 * Under an alarm customers have changed and waiting costs: the bound need only be above a margin below zero, but
 * against the best champion since the last rebase, so that many alarms do not lead down step by step.  Its hold-out is
 * small, so that training sees what is new: of so few rows the calibration error may be worse by what chance makes of
 * it.
 *
 * In both: accuracy, Brier score and calibration error are no worse beyond margins, and no slice surely loses more than
 * a margin.  A challenger that would change the answer to more than a share of recent calls is held for a person -
 * unless an alarm announced a change and the challenger is surely better.
 */
#ifndef REGISTER_GATE_H
#define REGISTER_GATE_H

#include "services/register/gate/comparison.h"
#include "services/register/gate/disagreement.h"

struct gate_settings {
    bool alarm, require_approval; /* require_approval: a person approves whatever passes */
    double confidence;            /* of the bounds, one-sided */
    double alarm_margin;          /* nats a row */
    double frequency_margin;      /* nats a row */
    double accuracy_margin;       /* share of rows */
    double brier_margin, ece_margin;
    double slice_margin;     /* nats a row */
    long long slice_rows;    /* that a slice must have to be compared */
    double max_disagreement; /* share of recent calls */
    long long new_rows;      /* purchases that must be new since the last comparison */
};

struct gate_numbers {
    struct comparison measured;       /* its champion: under an alarm the best one since the last rebase */
    struct disagreement disagreement; /* against the champion that is serving */
    double probability_sum_error; /* the most by which the probabilities of one input miss 1, over all inputs; NaN: one
                           is not a number */
    double card_log_loss;         /* the candidate's log-loss on the hold-out, by its card */
    double majority_log_loss, frequency_log_loss; /* of its baselines */
    bool has_champion;
    bool champion_saw_holdout; /* the champion trained on purchases as late as the hold-out's first */
    bool compared_before;      /* with a champion on some hold-out; the two below belong to it */
    bool same_holdout;
    uint64_t new_rows;
};

enum gate_verdict { GATE_PROMOTE, GATE_HOLD, GATE_REJECT, GATE_DEFER };

struct gate_decision {
    enum gate_verdict verdict;
    double low, high; /* the interval of the gain, each end at `confidence`; NaN where nothing was compared */
    char reason[300];
};

struct gate_decision gate_decide(const struct gate_numbers *numbers, const struct gate_settings *settings);

#endif
