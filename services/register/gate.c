/* gate.c - decides by numbers, and says why in one line. */
#include "services/register/gate.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* A card tells ten digits. */
static const double card_precision = 1e-6;
/* Of float32 probabilities. */
static const double sum_precision = 1e-4;

static bool answer(struct gate_answer *out, enum gate_verdict verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool answer(struct gate_answer *out, enum gate_verdict verdict, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(out->reason, sizeof out->reason, format, args);
    va_end(args);
    out->verdict = verdict;
    return false;
}

/* What NaN is compared with fails, so that a card without a number passes nothing. */
static bool passes_floors(const struct gate_numbers *n, const struct gate_settings *s, struct gate_answer *out) {
    double loss = n->measured.challenger.log_loss;
    if (!(n->answers_off <= sum_precision))
        return answer(out, GATE_REJECT, "its answers are no probabilities: a sum is off by %.2g", n->answers_off);
    if (!(fabs(loss - n->card_log_loss) <= card_precision))
        return answer(out, GATE_REJECT, "hold-out log-loss is %.4f where its card says %.4f", loss, n->card_log_loss);
    if (!(loss < n->majority_log_loss))
        return answer(out, GATE_REJECT, "log-loss %.4f does not beat the class shares' %.4f", loss,
                      n->majority_log_loss);
    if (!(loss <= n->cells_log_loss + s->cells_margin))
        return answer(out, GATE_REJECT, "log-loss %.4f is worse than counting by cell, %.4f", loss, n->cells_log_loss);
    return true;
}

static bool may_compare(const struct gate_numbers *n, const struct gate_settings *s, struct gate_answer *out) {
    uint64_t new_rows = n->same_holdout ? 0 : n->new_rows;
    if (n->champion_may_know)
        return answer(out, GATE_POSTPONE, "the champion trained on purchases as late as this hold-out's");
    if (n->compared_before && (n->same_holdout || new_rows < (uint64_t)s->new_rows))
        return answer(out, GATE_POSTPONE, "%" PRIu64 " purchases are new since the last comparison; %lld are needed",
                      new_rows, s->new_rows);
    return true;
}

static bool gains_enough(const struct gate_numbers *n, const struct gate_settings *s, struct gate_answer *out) {
    double gain = n->measured.gain.mean, error = paired_quantile(s->confidence) * paired_error(&n->measured.gain);
    out->low = gain - error;
    out->high = gain + error;
    if (s->alarm && !(out->low > -s->alarm_margin))
        return answer(out, GATE_REJECT, "gain in log-loss %.4f may be below -%.4f (%.0f %% bound %.4f)", gain,
                      s->alarm_margin, 100 * s->confidence, out->low);
    if (!s->alarm && !(out->low > 0))
        return answer(out, GATE_REJECT, "gain in log-loss %.4f is not surely above zero (%.0f %% bound %.4f)", gain,
                      100 * s->confidence, out->low);
    return true;
}

/* The calibration error of n rows is uncertain by less than 0.5 / sqrt(n).  Of the few rows that an alarm waits for, a
 * margin below that would decide by chance. */
static double calibration_margin(const struct gate_numbers *n, const struct gate_settings *s) {
    double chance = paired_quantile(s->confidence) * 0.5 / sqrt((double)n->measured.gain.rows);
    return s->alarm ? fmax(s->ece_margin, chance) : s->ece_margin;
}

static bool keeps_the_rest(const struct gate_numbers *n, const struct gate_settings *s, struct gate_answer *out) {
    const struct forest_metrics *ours = &n->measured.challenger, *theirs = &n->measured.champion;
    if (!(ours->accuracy >= theirs->accuracy - s->accuracy_margin))
        return answer(out, GATE_REJECT, "accuracy %.4f is worse than the champion's %.4f", ours->accuracy,
                      theirs->accuracy);
    if (!(ours->brier <= theirs->brier + s->brier_margin))
        return answer(out, GATE_REJECT, "Brier score %.4f is worse than the champion's %.4f", ours->brier,
                      theirs->brier);
    if (!(ours->ece <= theirs->ece + calibration_margin(n, s)))
        return answer(out, GATE_REJECT, "calibration error %.4f is worse than the champion's %.4f", ours->ece,
                      theirs->ece);
    return true;
}

/* The slice that surely loses most; SIZE_MAX: none.  Of many some look bad by chance: a loss counts when it is both
 * larger than the margin and surely a loss. */
static size_t losing_slice(const struct comparison *measured, const struct gate_settings *s) {
    size_t worst = SIZE_MAX;
    for (size_t i = 0; i < measured->slices; i++) {
        const struct paired *gain = &measured->slice[i].gain;
        if (gain->rows < (uint64_t)s->slice_rows || gain->rows < 2 || gain->mean >= -s->slice_margin ||
            gain->mean + paired_quantile(s->confidence) * paired_error(gain) >= 0)
            continue;
        if (worst == SIZE_MAX || gain->mean < measured->slice[worst].gain.mean)
            worst = i;
    }
    return worst;
}

static bool keeps_slices(const struct gate_numbers *n, const struct gate_settings *s, struct gate_answer *out) {
    size_t worst = losing_slice(&n->measured, s);
    if (worst == SIZE_MAX)
        return true;
    const struct comparison_slice *slice = &n->measured.slice[worst];
    return answer(out, GATE_REJECT, "%.80s loses %.4f in log-loss on %" PRIu64 " rows", slice->name, -slice->gain.mean,
                  slice->gain.rows);
}

static bool may_go_alone(const struct gate_numbers *n, const struct gate_settings *s, struct gate_answer *out) {
    double share = change_share(&n->change);
    if (share > s->traffic_cap && !(s->alarm && out->low > 0))
        return answer(out, GATE_HOLD, "it passes, but changes the answer to %.0f %% of recent calls", 100 * share);
    if (s->hold)
        return answer(out, GATE_HOLD, "it passes, and waits for approval");
    return true;
}

static bool beats_champion(const struct gate_numbers *n, const struct gate_settings *s, struct gate_answer *out) {
    return may_compare(n, s, out) && gains_enough(n, s, out) && keeps_the_rest(n, s, out) && keeps_slices(n, s, out) &&
           may_go_alone(n, s, out);
}

struct gate_answer gate_decide(const struct gate_numbers *n, const struct gate_settings *s) {
    struct gate_answer out = {.verdict = GATE_PROMOTE, .low = NAN, .high = NAN};
    if (!passes_floors(n, s, &out))
        return out;
    if (!n->has_champion && s->hold)
        answer(&out, GATE_HOLD, "the first model passes, and waits for approval");
    else if (!n->has_champion)
        answer(&out, GATE_PROMOTE, "the first model; log-loss %.4f beats the class shares' %.4f",
               n->measured.challenger.log_loss, n->majority_log_loss);
    else if (beats_champion(n, s, &out))
        answer(&out, GATE_PROMOTE, "gain in log-loss %.4f, %.0f %% bound %.4f", n->measured.gain.mean,
               100 * s->confidence, out.low);
    return out;
}
