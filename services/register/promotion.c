/* promotion.c - judges the newest candidate, records the decision, then moves the champion pointer. */
#include "services/register/promotion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/champion.h"
#include "services/common/volume.h"
#include "services/register/decisions.h"
#include "services/register/pointer.h"
#include "services/register/versions.h"

/* ---- carrying out ---- */

static json_t *new_decision(const struct promotion_options *o, const char *action, const char *status,
                            const char *reason) {
    char time[CLOCK_TEXT];
    clock_format(o->now, time);
    return json_pack("{s:s, s:s, s:s, s:s, s:s}", "time", time, "run", o->run, "action", action, "status", status,
                     "reason", reason);
}

/* Append the decision, then let the pointer follow. */
static bool carry_out(const struct promotion_options *o, json_t *decisions, json_t *decision, struct file_error *err) {
    return decisions_append(o->data, decision, err) && json_array_append(decisions, decision) == 0 &&
           pointer_settle(o->data, decisions, err);
}

static json_t *result_of(const json_t *decision) {
    json_t *result = json_object();
    static const char *const keys[] = {"status", "version", "reason", "candidate"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        json_t *value = json_object_get(decision, keys[i]);
        if (value != NULL)
            json_object_set(result, keys[i], value);
    }
    return result;
}

/* ---- by hand ---- */

static bool version_exists(const char *data, long long version, struct file_error *err) {
    char path[PATH_MAX];
    if (!publish_path(path, err, "%s/" VOLUME_VERSIONS "/%lld", data, version))
        return false;
    return files_exist(path) || file_error_say(err, "there is no version %lld", version);
}

/* Move to a version after its whole chain of hashes was checked. */
static bool move_to(struct outcome *out, const struct promotion_options *o, const char *action, long long version,
                    const char *sha256, struct file_error *err) {
    struct champion target = {0};
    struct pointer from, to = {.version = version};
    json_t *decisions = decisions_read(o->data, err), *decision = NULL;
    bool done = decisions != NULL && pointer_settle(o->data, decisions, err) &&
                pointer_read(&from, o->data, VOLUME_CHAMPION, err) && version_exists(o->data, version, err) &&
                champion_load_version(&target, o->data, version, sha256, err);
    if (done && from.version == version) {
        *out = (struct outcome){EXIT_NOTHING_TO_DO, json_pack("{s:s}", "reason", "it is the champion already")};
    } else if (done) {
        memcpy(to.sha256, target.sha256, SHA256_HEX);
        bool back = strcmp(action, "rollback") == 0;
        decision = new_decision(o, action, back ? "rolled back" : "promoted", "by hand");
        pointer_describe_move(decision, &from, &to);
        done = carry_out(o, decisions, decision, err);
        if (done)
            *out = (struct outcome){EXIT_DONE, result_of(decision)};
    }
    champion_done(&target);
    json_decref(decision);
    json_decref(decisions);
    return done;
}

bool promotion_by_hand(struct outcome *out, const struct promotion_options *options, long long version,
                       struct file_error *err) {
    return move_to(out, options, "promote", version, NULL, err);
}

bool promotion_rollback(struct outcome *out, const struct promotion_options *options, struct file_error *err) {
    struct pointer previous;
    if (!pointer_read(&previous, options->data, VOLUME_PREVIOUS, err))
        return false;
    if (previous.version == 0)
        return file_error_say(err, "roll back: there is no previous champion");
    return move_to(out, options, "rollback", previous.version, previous.sha256, err);
}

/* ---- the gate ---- */

/* All that the gate looks at. */
struct hearing {
    const struct promotion_options *options;
    struct feature_table table;
    struct candidate candidate;
    struct champion champion; /* version 0: none */
    json_t *decisions;
    struct gate_numbers numbers;
    struct gate_answer answer;
};

static void hearing_done(struct hearing *h) {
    feature_table_done(&h->table);
    candidate_done(&h->candidate);
    champion_done(&h->champion);
    json_decref(h->decisions);
}

static bool read_champion(struct hearing *h, struct file_error *err) {
    struct pointer pointer;
    return pointer_read(&pointer, h->options->data, VOLUME_CHAMPION, err) &&
           (pointer.version == 0 ||
            champion_load_version(&h->champion, h->options->data, pointer.version, pointer.sha256, err));
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

static bool gather(struct hearing *h, struct file_error *err) {
    struct gate_numbers *n = &h->numbers;
    if (!check_features(h, err) || !read_champion(h, err) ||
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

static json_t *describe_numbers(const struct hearing *h) {
    const struct gate_numbers *n = &h->numbers;
    const struct gate_settings *s = &h->options->gate;
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

static json_t *describe_decision(const struct hearing *h) {
    json_t *decision = new_decision(h->options, "gate", h->answer.verdict == GATE_PROMOTE ? "promoted" : "rejected",
                                    h->answer.reason);
    json_object_set_new(decision, "candidate", json_string(h->candidate.name));
    json_object_set_new(decision, "forest_sha256", json_string(h->candidate.forest_sha256));
    json_object_set_new(decision, "holdout",
                        json_pack("{s:s, s:I}", "sha256", h->numbers.measured.holdout_sha256, "rows",
                                  (json_int_t)h->numbers.measured.challenger.rows));
    json_object_set_new(decision, "data_rows", json_integer((json_int_t)h->table.total));
    json_object_set_new(decision, "numbers", describe_numbers(h));
    if (h->numbers.has_champion && isfinite(h->answer.bound))
        json_object_set_new(decision, "compared_with", json_integer(h->champion.version));
    return decision;
}

/* Store the candidate and load it the way the api will, before anything says that it is the champion. */
static bool store(const struct hearing *h, json_t *decision, struct file_error *err) {
    struct champion stored = {0};
    struct pointer from = {.version = h->champion.version}, to;
    memcpy(from.sha256, h->champion.sha256, SHA256_HEX);
    json_t *said = json_copy(decision);
    bool done = versions_store(&to.version, to.sha256, &h->candidate, h->options->data, from.version, said, err) &&
                champion_load_version(&stored, h->options->data, to.version, to.sha256, err);
    json_decref(said);
    champion_done(&stored);
    if (done)
        pointer_describe_move(decision, &from, &to);
    return done;
}

static bool decide(struct outcome *out, struct hearing *h, struct file_error *err) {
    h->answer = gate_decide(&h->numbers, &h->options->gate);
    if (h->answer.verdict == GATE_POSTPONE) {
        *out = (struct outcome){EXIT_NOTHING_TO_DO, json_pack("{s:s}", "reason", h->answer.reason)};
        return true;
    }
    json_t *decision = describe_decision(h);
    bool done = (h->answer.verdict != GATE_PROMOTE || store(h, decision, err)) &&
                carry_out(h->options, h->decisions, decision, err);
    if (done)
        *out = (struct outcome){EXIT_DONE, result_of(decision)};
    json_decref(decision);
    return done;
}

bool promotion_gate(struct outcome *out, const struct promotion_options *options, struct file_error *err) {
    struct hearing h = {.options = options, .decisions = decisions_read(options->data, err)};
    bool done = h.decisions != NULL && pointer_settle(options->data, h.decisions, err) &&
                candidate_read(&h.candidate, options->data, err);
    if (done && decisions_about(h.decisions, h.candidate.name, h.candidate.forest_sha256) != NULL)
        *out = (struct outcome){EXIT_NOTHING_TO_DO, json_pack("{s:s}", "reason", "the newest candidate was judged")};
    else if (done)
        done = feature_table_read(&h.table, options->data, err) && gather(&h, err) && decide(out, &h, err);
    hearing_done(&h);
    return done;
}
