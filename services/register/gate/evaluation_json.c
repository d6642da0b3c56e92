/* evaluation_json.c - writes an evaluation as JSON. */
#include "services/register/gate/evaluation_json.h"

#include <math.h>

#include "services/common/worker/unreadable.h"

static json_t *real(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *integer(uint64_t value) {
    return json_integer((json_int_t)value);
}

static json_t *describe_metrics(const struct forest_metrics *m) {
    return json_pack("{s:o, s:o, s:o, s:o}", "log_loss", real(m->log_loss), "accuracy", real(m->accuracy), "brier",
                     real(m->brier), "ece", real(m->ece));
}

static json_t *describe_gain(const struct gate_decision *decision, const struct paired_diff *gain) {
    return json_pack("{s:o, s:o, s:[o, o]}", "mean", real(gain->mean), "error", real(paired_diff_standard_error(gain)),
                     "interval", real(decision->low), real(decision->high));
}

/* Slices with enough rows to be compared. */
static json_t *describe_slices(const struct evaluation *e, const struct gate_settings *s) {
    json_t *slices = json_array();
    for (size_t i = 0; i < e->numbers.measured.slices; i++) {
        const struct comparison_slice *slice = &e->numbers.measured.slice[i];
        if (slice->rows >= (uint64_t)s->slice_rows)
            json_array_append_new(slices, json_pack("{s:s, s:o, s:o, s:o, s:o}", "name", slice->name, "rows",
                                                    integer(slice->rows), "log_loss", real(slice->log_loss), "gain",
                                                    real(slice->gain.mean), "error",
                                                    real(paired_diff_standard_error(&slice->gain))));
    }
    return json_pack("{s:s, s:o}", "feature", e->table.schema.feature[e->slice_feature].name, "levels", slices);
}

static json_t *describe_disagreement(const struct disagreement *d, json_t *unreadable) {
    json_t *object = json_pack("{s:o, s:o, s:s, s:o, s:o, s:o}", "cells", integer(d->cells), "cells_changed",
                               integer(d->cells_changed), "traffic", d->source, "calls", integer(d->requests),
                               "calls_changed", integer(d->requests_changed), "share", real(disagreement_rate(d)));
    unreadable_describe(object, unreadable);
    return object;
}

static json_t *describe_settings(const struct gate_settings *s) {
    return json_pack("{s:b, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:o, s:f, s:o}", "hold", (int)s->require_approval,
                     "confidence", s->confidence, "alarm_margin", s->alarm_margin, "cells_margin", s->frequency_margin,
                     "accuracy_margin", s->accuracy_margin, "brier_margin", s->brier_margin, "ece_margin",
                     s->ece_margin, "slice_margin", s->slice_margin, "slice_rows", json_integer(s->slice_rows),
                     "traffic_cap", s->max_disagreement, "new_rows", json_integer(s->new_rows));
}

static json_t *describe_numbers(const struct evaluation *e, const struct gate_settings *s) {
    const struct gate_numbers *n = &e->numbers;
    json_t *numbers = json_pack("{s:o, s:{s:o, s:o}, s:o}", "challenger", describe_metrics(&n->measured.challenger),
                                "baselines", "majority", real(n->majority_log_loss), "cells",
                                real(n->frequency_log_loss), "settings", describe_settings(s));
    if (!n->has_champion)
        return numbers;
    json_object_set_new(numbers, "champion", describe_metrics(&n->measured.champion));
    json_object_set_new(numbers, "gain", describe_gain(&e->decision, &n->measured.gain));
    json_object_set_new(numbers, "change", describe_disagreement(&n->disagreement, e->unreadable));
    if (e->slice_feature != SIZE_MAX)
        json_object_set_new(numbers, "slices", describe_slices(e, s));
    return numbers;
}

void evaluation_add_json(json_t *decision, const struct evaluation *e, const struct gate_settings *settings) {
    json_object_set_new(decision, "candidate", json_string(e->candidate.name));
    json_object_set_new(decision, "forest_sha256", json_string(e->candidate.forest_sha256));
    json_object_set_new(decision, "alarm", json_boolean(settings->alarm));
    json_object_set_new(decision, "holdout",
                        json_pack("{s:s, s:o}", "sha256", e->numbers.measured.holdout_sha256, "rows",
                                  integer(e->numbers.measured.challenger.rows)));
    json_object_set_new(decision, "data_rows", integer(e->table.total));
    json_object_set_new(decision, "numbers", describe_numbers(e, settings));
    if (e->numbers.has_champion && isfinite(e->decision.low))
        json_object_set_new(decision, "compared_with", json_integer(evaluation_baseline(e)->version));
}
