/*
 * gate.h - whether a candidate may become the champion. It knows numbers only.
 *
 * Always required: the answers to all inputs are probabilities; the log-loss is below that of the class shares; and it
 * exceeds that of the frequency table by a margin at most.
 *
 * Routine comparison: on rows that neither model was trained on, the one-sided lower bound of the mean improvement of
 * the log-loss over the champion is above zero.  "At least as good" would be a coin flip on a few hundred rows.  The
 * same rows are not compared again and again: a hold-out that is used often enough accepts anything.
 *
 * Comparison after an alarm: customers have changed and waiting costs money, so the bound must only be above a margin
 * below zero; but the rival is the best champion since the last rebase, so that many alarms cannot lower the quality
 * step by step.  The hold-out is then small, so that training sees the new behaviour; with so few rows the tolerance of
 * the calibration error is widened to its sampling error.
 *
 * In both: accuracy, Brier score and calibration error may be worse by a margin at most, and no slice may lose more
 * than a margin with confidence.  A challenger that would change the answers to more than a share of recent requests
 * waits for a person, unless an alarm announced a change and the challenger is better with confidence.
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
