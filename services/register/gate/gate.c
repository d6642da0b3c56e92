/* gate.c - decides by numbers, and says why in one line. */
#include "services/register/gate/gate.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* A card gives ten digits. */
static const double card_precision = 1e-6;
/* Of float32 probabilities. */
static const double sum_precision = 1e-4;

static bool set_decision(struct gate_decision *out, enum gate_verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool set_decision(struct gate_decision *out, enum gate_verdict verdict, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(out->reason, sizeof out->reason, format, args);
    va_end(args);
    out->verdict = verdict;
    return false;
}

/* What NaN is compared with fails, so that a card without a number passes nothing. */
static bool meets_floors(const struct gate_numbers *n, const struct gate_settings *s, struct gate_decision *out) {
    double loss = n->measured.challenger.log_loss;
    if (!(n->probability_sum_error <= sum_precision))
        return set_decision(out, GATE_REJECT, "its answers are not probabilities: a sum is off by %.2g",
                            n->probability_sum_error);
    if (!(fabs(loss - n->card_log_loss) <= card_precision))
        return set_decision(out, GATE_REJECT, "hold-out log-loss is %.4f where its card says %.4f", loss,
                            n->card_log_loss);
    if (!(loss < n->majority_log_loss))
        return set_decision(out, GATE_REJECT, "log-loss %.4f does not beat the class shares' %.4f", loss,
                            n->majority_log_loss);
    if (!(loss <= n->frequency_log_loss + s->frequency_margin))
        return set_decision(out, GATE_REJECT, "log-loss %.4f is worse than counting by cell, %.4f", loss,
                            n->frequency_log_loss);
    return true;
}

static bool comparison_allowed(const struct gate_numbers *n, const struct gate_settings *s, struct gate_decision *out) {
    uint64_t new_rows = n->same_holdout ? 0 : n->new_rows;
    if (n->champion_saw_holdout)
        return set_decision(out, GATE_DEFER, "the champion trained on purchases as late as this hold-out's");
    if (n->compared_before && (n->same_holdout || new_rows < (uint64_t)s->new_rows))
        return set_decision(out, GATE_DEFER, "%" PRIu64 " purchases are new since the last comparison; %lld are needed",
                            new_rows, s->new_rows);
    return true;
}

static bool log_loss_improves(const struct gate_numbers *n, const struct gate_settings *s, struct gate_decision *out) {
    double gain = n->measured.gain.mean,
           error = paired_diff_normal_quantile(s->confidence) * paired_diff_standard_error(&n->measured.gain);
    out->low = gain - error;
    out->high = gain + error;
    if (s->alarm && !(out->low > -s->alarm_margin))
        return set_decision(out, GATE_REJECT, "gain in log-loss %.4f may be below -%.4f (%.0f %% bound %.4f)", gain,
                            s->alarm_margin, 100 * s->confidence, out->low);
    if (!s->alarm && !(out->low > 0))
        return set_decision(out, GATE_REJECT, "gain in log-loss %.4f is not surely above zero (%.0f %% bound %.4f)",
                            gain, 100 * s->confidence, out->low);
    return true;
}

/* The calibration error of n rows is uncertain by less than 0.5 / sqrt(n).  Of the few rows that an alarm waits for, a
 * margin below that would decide by chance. */
static double calibration_margin(const struct gate_numbers *n, const struct gate_settings *s) {
    double sampling_error = paired_diff_normal_quantile(s->confidence) * 0.5 / sqrt((double)n->measured.gain.rows);
    return s->alarm ? fmax(s->ece_margin, sampling_error) : s->ece_margin;
}

static bool guardrail_metrics_ok(const struct gate_numbers *n, const struct gate_settings *s,
                                 struct gate_decision *out) {
    const struct forest_metrics *challenger_prob = &n->measured.challenger, *champion = &n->measured.champion;
    if (!(challenger_prob->accuracy >= champion->accuracy - s->accuracy_margin))
        return set_decision(out, GATE_REJECT, "accuracy %.4f is worse than the champion's %.4f",
                            challenger_prob->accuracy, champion->accuracy);
    if (!(challenger_prob->brier <= champion->brier + s->brier_margin))
        return set_decision(out, GATE_REJECT, "Brier score %.4f is worse than the champion's %.4f",
                            challenger_prob->brier, champion->brier);
    if (!(challenger_prob->ece <= champion->ece + calibration_margin(n, s)))
        return set_decision(out, GATE_REJECT, "calibration error %.4f is worse than the champion's %.4f",
                            challenger_prob->ece, champion->ece);
    return true;
}

/* The slice that surely loses most; SIZE_MAX: none.  Of many some look bad by chance: a loss counts when it is both
 * larger than the margin and surely a loss. */
static size_t worst_failing_slice(const struct comparison *measured, const struct gate_settings *s) {
    size_t worst = SIZE_MAX;
    for (size_t i = 0; i < measured->slices; i++) {
        const struct paired_diff *gain = &measured->slice[i].gain;
        if (gain->rows < (uint64_t)s->slice_rows || gain->rows < 2 || gain->mean >= -s->slice_margin ||
            gain->mean + paired_diff_normal_quantile(s->confidence) * paired_diff_standard_error(gain) >= 0)
            continue;
        if (worst == SIZE_MAX || gain->mean < measured->slice[worst].gain.mean)
            worst = i;
    }
    return worst;
}

static bool slices_ok(const struct gate_numbers *n, const struct gate_settings *s, struct gate_decision *out) {
    size_t worst = worst_failing_slice(&n->measured, s);
    if (worst == SIZE_MAX)
        return true;
    const struct comparison_slice *slice = &n->measured.slice[worst];
    return set_decision(out, GATE_REJECT, "%.80s loses %.4f in log-loss on %" PRIu64 " rows", slice->name,
                        -slice->gain.mean, slice->gain.rows);
}

static bool passes_without_approval(const struct gate_numbers *n, const struct gate_settings *s,
                                    struct gate_decision *out) {
    double rate = disagreement_rate(&n->disagreement);
    if (rate > s->max_disagreement && !(s->alarm && out->low > 0))
        return set_decision(out, GATE_HOLD, "it passes, but changes the answer to %.0f %% of recent calls", 100 * rate);
    if (s->require_approval)
        return set_decision(out, GATE_HOLD, "it passes, and waits for approval");
    return true;
}

static bool beats_champion(const struct gate_numbers *n, const struct gate_settings *s, struct gate_decision *out) {
    return comparison_allowed(n, s, out) && log_loss_improves(n, s, out) && guardrail_metrics_ok(n, s, out) &&
           slices_ok(n, s, out) && passes_without_approval(n, s, out);
}

struct gate_decision gate_decide(const struct gate_numbers *n, const struct gate_settings *s) {
    struct gate_decision out = {.verdict = GATE_PROMOTE, .low = NAN, .high = NAN};
    if (!meets_floors(n, s, &out))
        return out;
    if (!n->has_champion && s->require_approval)
        set_decision(&out, GATE_HOLD, "the first model passes, and waits for approval");
    else if (!n->has_champion)
        set_decision(&out, GATE_PROMOTE, "the first model; log-loss %.4f beats the class shares' %.4f",
                     n->measured.challenger.log_loss, n->majority_log_loss);
    else if (beats_champion(n, s, &out))
        set_decision(&out, GATE_PROMOTE, "gain in log-loss %.4f, %.0f %% bound %.4f", n->measured.gain.mean,
                     100 * s->confidence, out.low);
    return out;
}
