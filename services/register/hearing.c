/* hearing.c - gathers what the gate needs, and writes down what it said. */
#include "services/register/hearing.h"

#include <math.h>
#include <string.h>

#include "services/common/volume.h"
#include "services/register/decisions.h"
#include "services/register/pointer.h"

void hearing_done(struct hearing *h) {
    feature_table_done(&h->table);
    candidate_done(&h->candidate);
    champion_done(&h->champion);
    json_decref(h->decisions);
}

static bool read_champion(struct hearing *h, const char *data, struct file_error *err) {
    struct pointer pointer;
    return pointer_read(&pointer, data, VOLUME_CHAMPION, err) &&
           (pointer.version == 0 || champion_load_version(&h->champion, data, pointer.version, pointer.sha256, err));
}

/* The candidate must be of the features that lie there, or its hold-out is another one. */
static bool check_features(const struct hearing *h, struct file_error *err) {
    const char *sha256 = json_string_value(json_object_get(json_object_get(h->candidate.card, "data"), "sha256"));
    if (sha256 != NULL && strcmp(sha256, h->table.sha256) == 0)
        return true;
    file_error_say(err, "candidate %s was trained on other features than are there; run leadforest-train",
                   h->candidate.name);
    err->try_later = true;
    return false;
}

static bool champion_may_know(const struct hearing *h) {
    moment until;
    const char *text = json_string_value(json_object_get(h->champion.card, "trained_until"));
    return text == NULL || !clock_parse(text, &until) || until >= h->table.holdout_from;
}

static uint64_t distance(uint64_t a, uint64_t b) {
    return a > b ? a - b : b - a;
}

static void recall_last_comparison(struct hearing *h) {
    const json_t *last = decisions_last_comparison(h->decisions);
    if (last == NULL)
        return;
    const char *sha256 = json_string_value(json_object_get(json_object_get(last, "holdout"), "sha256"));
    uint64_t rows = (uint64_t)json_integer_value(json_object_get(last, "data_rows"));
    h->numbers.compared_before = true;
    h->numbers.same_holdout = sha256 != NULL && strcmp(sha256, h->numbers.measured.holdout_sha256) == 0;
    h->numbers.new_rows = distance(h->table.total, rows); /* data may also have been replaced by fewer */
}

bool hearing_gather(struct hearing *h, const char *data, struct file_error *err) {
    struct gate_numbers *n = &h->numbers;
    if (!feature_table_read(&h->table, data, err) || !check_features(h, err) || !read_champion(h, data, err) ||
        !comparison_make(&n->measured, &h->table, h->candidate.forest, h->champion.forest, err))
        return false;
    n->card_log_loss = candidate_number(&h->candidate, "metrics", "holdout", "log_loss");
    n->majority_log_loss = candidate_number(&h->candidate, "baselines", "majority", "log_loss");
    n->cells_log_loss = candidate_number(&h->candidate, "baselines", "cells", "log_loss");
    n->has_champion = h->champion.version > 0;
    n->champion_may_know = n->has_champion && champion_may_know(h);
    recall_last_comparison(h);
    return true;
}

static json_t *real(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *describe_metrics(const struct forest_metrics *m) {
    return json_pack("{s:o, s:o, s:o, s:o}", "log_loss", real(m->log_loss), "accuracy", real(m->accuracy), "brier",
                     real(m->brier), "ece", real(m->ece));
}

static json_t *describe_numbers(const struct hearing *h, const struct gate_settings *s) {
    const struct gate_numbers *n = &h->numbers;
    json_t *numbers = json_pack("{s:o, s:{s:o, s:o}, s:{s:f, s:f, s:f, s:f, s:I}}", //
                                "challenger", describe_metrics(&n->measured.challenger), "baselines", "majority",
                                real(n->majority_log_loss), "cells", real(n->cells_log_loss), "settings", "confidence",
                                s->confidence, "cells_margin", s->cells_margin, "accuracy_margin", s->accuracy_margin,
                                "brier_margin", s->brier_margin, "new_rows", (json_int_t)s->new_rows);
    if (n->has_champion) {
        json_object_set_new(numbers, "champion", describe_metrics(&n->measured.champion));
        json_object_set_new(numbers, "gain",
                            json_pack("{s:o, s:o, s:o}", "mean", real(n->measured.gain.mean), "error",
                                      real(paired_error(&n->measured.gain)), "bound", real(h->answer.bound)));
    }
    return numbers;
}

void hearing_describe(json_t *decision, const struct hearing *h, const struct gate_settings *settings) {
    json_object_set_new(decision, "candidate", json_string(h->candidate.name));
    json_object_set_new(decision, "forest_sha256", json_string(h->candidate.forest_sha256));
    json_object_set_new(decision, "holdout",
                        json_pack("{s:s, s:I}", "sha256", h->numbers.measured.holdout_sha256, "rows",
                                  (json_int_t)h->numbers.measured.challenger.rows));
    json_object_set_new(decision, "data_rows", json_integer((json_int_t)h->table.total));
    json_object_set_new(decision, "numbers", describe_numbers(h, settings));
    if (h->numbers.has_champion && isfinite(h->answer.bound))
        json_object_set_new(decision, "compared_with", json_integer(h->champion.version));
}
