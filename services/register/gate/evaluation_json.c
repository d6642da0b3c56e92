/* evaluation_json.c - writes an evaluation as JSON. */
#include "services/register/gate/evaluation_json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "services/common/worker/unreadable.h"
#include "services/register/gate/gate_settings.h"

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

/* ---- the gate's settings, by the rows of gate_settings.h ---- */

struct holder {
    struct gate_settings gate;
};

static const struct setting rows[] = {GATE_SETTINGS(struct holder, gate)};

/* Its option's oldest name, so that decisions of all versions have the same keys: "cells_margin". */
static void setting_key(const struct setting *row, char out[SETTINGS_NAME]) {
    const char *oldest = strrchr(row->flag, '|');
    snprintf(out, SETTINGS_NAME, "%s", oldest != NULL ? oldest + 1 : row->flag);
    for (char *dash = out; (dash = strchr(dash, '-')) != NULL;)
        *dash = '_';
}

static json_t *setting_value(const struct setting *row, const struct holder *settings) {
    const void *field = (const char *)settings + row->offset;
    if (row->kind == SETTING_FLAG)
        return json_boolean(*(const bool *)field);
    return row->kind == SETTING_INTEGER ? json_integer(*(const long long *)field) : real(*(const double *)field);
}

/* Without the alarm, which the decision itself has. */
static json_t *describe_settings(const struct gate_settings *s) {
    const struct holder settings = {*s};
    json_t *object = json_object();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char key[SETTINGS_NAME];
        setting_key(&rows[i], key);
        if (rows[i].offset != offsetof(struct holder, gate.alarm))
            json_object_set_new(object, key, setting_value(&rows[i], &settings));
    }
    return object;
}

/* ---- the evaluation ---- */

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
