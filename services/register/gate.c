/* gate.c - decides by numbers, and says why in one line. */
#include "services/register/gate.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* A card tells ten digits. */
static const double card_precision = 1e-6;

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
    if (n->champion_may_know)
        return answer(out, GATE_POSTPONE, "the champion trained on purchases as late as this hold-out's");
    if (n->compared_before && (n->same_holdout || n->new_rows < s->new_rows))
        return answer(out, GATE_POSTPONE,
                      "%" PRIu64 " purchases are new since the last comparison; %" PRIu64 " are needed",
                      n->same_holdout ? 0 : n->new_rows, s->new_rows);
    return true;
}

static bool beats_champion(const struct gate_numbers *n, const struct gate_settings *s, struct gate_answer *out) {
    const struct forest_metrics *ours = &n->measured.challenger, *theirs = &n->measured.champion;
    double gain = n->measured.gain.mean;
    if (!(out->bound > 0))
        return answer(out, GATE_REJECT, "gain in log-loss %.4f is not surely above zero (%.0f %% bound %.4f)", gain,
                      100 * s->confidence, out->bound);
    if (ours->accuracy < theirs->accuracy - s->accuracy_margin)
        return answer(out, GATE_REJECT, "accuracy %.4f is worse than the champion's %.4f", ours->accuracy,
                      theirs->accuracy);
    if (ours->brier > theirs->brier + s->brier_margin)
        return answer(out, GATE_REJECT, "Brier score %.4f is worse than the champion's %.4f", ours->brier,
                      theirs->brier);
    return true;
}

struct gate_answer gate_decide(const struct gate_numbers *n, const struct gate_settings *s) {
    struct gate_answer out = {.verdict = GATE_PROMOTE, .bound = NAN};
    if (!passes_floors(n, s, &out))
        return out;
    if (!n->has_champion) {
        answer(&out, GATE_PROMOTE, "the first model; log-loss %.4f beats the class shares' %.4f",
               n->measured.challenger.log_loss, n->majority_log_loss);
        return out;
    }
    if (!may_compare(n, s, &out))
        return out;
    out.bound = n->measured.gain.mean - paired_quantile(s->confidence) * paired_error(&n->measured.gain);
    if (beats_champion(n, s, &out))
        answer(&out, GATE_PROMOTE, "gain in log-loss %.4f, %.0f %% bound %.4f", n->measured.gain.mean,
               100 * s->confidence, out.bound);
    return out;
}
