/* record.c - writes a hearing down. */
#include "services/register/record.h"

#include <math.h>

static json_t *real(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *whole(uint64_t value) {
    return json_integer((json_int_t)value);
}

static json_t *describe_metrics(const struct forest_metrics *m) {
    return json_pack("{s:o, s:o, s:o, s:o}", "log_loss", real(m->log_loss), "accuracy", real(m->accuracy), "brier",
                     real(m->brier), "ece", real(m->ece));
}

static json_t *describe_gain(const struct gate_answer *answer, const struct paired *gain) {
    return json_pack("{s:o, s:o, s:[o, o]}", "mean", real(gain->mean), "error", real(paired_error(gain)), "interval",
                     real(answer->low), real(answer->high));
}

/* Those with enough rows to be judged. */
static json_t *describe_slices(const struct hearing *h, const struct gate_settings *s) {
    json_t *slices = json_array();
    for (size_t i = 0; i < h->numbers.measured.slices; i++) {
        const struct comparison_slice *slice = &h->numbers.measured.slice[i];
        if (slice->rows >= (uint64_t)s->slice_rows)
            json_array_append_new(slices, json_pack("{s:s, s:o, s:o, s:o, s:o}", "name", slice->name, "rows",
                                                    whole(slice->rows), "log_loss", real(slice->log_loss), "gain",
                                                    real(slice->gain.mean), "error", real(paired_error(&slice->gain))));
    }
    return json_pack("{s:s, s:o}", "feature", h->table.schema.feature[h->slice_feature].name, "levels", slices);
}

static json_t *describe_change(const struct change *c) {
    return json_pack("{s:o, s:o, s:s, s:o, s:o, s:o}", "cells", whole(c->cells), "cells_changed",
                     whole(c->cells_changed), "traffic", c->source, "calls", whole(c->calls), "calls_changed",
                     whole(c->calls_changed), "share", real(change_share(c)));
}

static json_t *describe_settings(const struct gate_settings *s) {
    return json_pack("{s:b, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:o, s:f, s:o}", "hold", (int)s->hold, "confidence",
                     s->confidence, "alarm_margin", s->alarm_margin, "cells_margin", s->cells_margin, "accuracy_margin",
                     s->accuracy_margin, "brier_margin", s->brier_margin, "ece_margin", s->ece_margin, "slice_margin",
                     s->slice_margin, "slice_rows", json_integer(s->slice_rows), "traffic_cap", s->traffic_cap,
                     "new_rows", json_integer(s->new_rows));
}

static json_t *describe_numbers(const struct hearing *h, const struct gate_settings *s) {
    const struct gate_numbers *n = &h->numbers;
    json_t *numbers = json_pack("{s:o, s:{s:o, s:o}, s:o}", "challenger", describe_metrics(&n->measured.challenger),
                                "baselines", "majority", real(n->majority_log_loss), "cells", real(n->cells_log_loss),
                                "settings", describe_settings(s));
    if (!n->has_champion)
        return numbers;
    json_object_set_new(numbers, "champion", describe_metrics(&n->measured.champion));
    json_object_set_new(numbers, "gain", describe_gain(&h->answer, &n->measured.gain));
    json_object_set_new(numbers, "change", describe_change(&n->change));
    if (h->slice_feature != SIZE_MAX)
        json_object_set_new(numbers, "slices", describe_slices(h, s));
    return numbers;
}

void record_add(json_t *decision, const struct hearing *h, const struct gate_settings *settings) {
    json_object_set_new(decision, "candidate", json_string(h->candidate.name));
    json_object_set_new(decision, "forest_sha256", json_string(h->candidate.forest_sha256));
    json_object_set_new(decision, "alarm", json_boolean(settings->alarm));
    json_object_set_new(decision, "holdout",
                        json_pack("{s:s, s:o}", "sha256", h->numbers.measured.holdout_sha256, "rows",
                                  whole(h->numbers.measured.challenger.rows)));
    json_object_set_new(decision, "data_rows", whole(h->table.total));
    json_object_set_new(decision, "numbers", describe_numbers(h, settings));
    if (h->numbers.has_champion && isfinite(h->answer.low))
        json_object_set_new(decision, "compared_with", json_integer(hearing_rival(h)->version));
}
