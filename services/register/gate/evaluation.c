/* evaluation.c - collects and computes what the gate needs. */
#include "services/register/gate/evaluation.h"

#include <stdlib.h>
#include <string.h>

#include "services/common/store/paths.h"
#include "services/common/worker/log.h"
#include "services/common/worker/unreadable.h"
#include "services/register/gate/aligned_predict.h"
#include "services/register/gate/best_champion.h"
#include "services/register/gate/input_grid.h"
#include "services/register/store/alias.h"
#include "services/register/store/decision_log.h"

void evaluation_done(struct evaluation *e) {
    comparison_done(&e->numbers.measured);
    feature_table_done(&e->table);
    candidate_done(&e->candidate);
    champion_done(&e->champion);
    champion_done(&e->best_champion);
    json_decref(e->unreadable);
    json_decref(e->decisions);
}

const struct champion *evaluation_baseline(const struct evaluation *e) {
    return e->best_champion.version > 0 ? &e->best_champion : &e->champion;
}

/* Of before or after a change of the format. */
static bool has_other_format(const struct volume *volume, long long version) {
    char name[VOLUME_NAME], path[PATH_MAX];
    struct forest *forest = NULL;
    snprintf(name, sizeof name, VOLUME_VERSIONS "/%lld/forest.bin", version);
    enum forest_status status = forest_load(&forest, volume_path(volume, name, path), NULL);
    forest_free(forest);
    return status == FOREST_FORMAT;
}

/* A champion whose format these programs cannot read counts as none: its successor is treated as a first model. */
static bool read_champion(struct evaluation *e, const struct evaluation_subject *o, struct error *err) {
    const struct alias *champion_alias = &e->champion_alias;
    if (!alias_read(&e->champion_alias, o->volume, VOLUME_CHAMPION, err))
        return false;
    if (champion_alias->version == 0)
        return true;
    if (!champion_load_version_at(&e->champion, o->volume, champion_alias->version, champion_alias->sha256, err)) {
        if (!has_other_format(o->volume, champion_alias->version))
            return false;
        log_event(LOG_WARN, "skipping champion", "version %lld: %s", champion_alias->version, err->text);
        return true;
    }
    return !o->gate->alarm || best_champion_find(&e->best_champion, o->volume, e->decisions, &e->table, err);
}

/* The candidate must be of the features that lie there, or its hold-out is another one. */
static bool check_features(const struct evaluation *e, struct error *err) {
    const char *sha256 = json_string_value(json_object_get(json_object_get(e->candidate.card, "data"), "sha256"));
    if (sha256 != NULL && strcmp(sha256, e->table.sha256) == 0)
        return true;
    error_set(err, "candidate %s was trained on other features than are there; run leadforest-train",
              e->candidate.name);
    err->retryable = true;
    return false;
}

static bool same_names(const char *const *a, const char *const *b, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(a[i], b[i]) != 0)
            return false;
    return true;
}

static bool same_feature(const struct forest_feature *a, const struct forest_feature *b) {
    return strcmp(a->name, b->name) == 0 && a->kind == b->kind && a->levels == b->levels &&
           same_names(a->level, b->level, a->levels);
}

/* Inputs and packages are those of the features, in their order. */
static bool check_schema(const struct evaluation *e, struct error *err) {
    const struct forest_schema *table = &e->table.schema, *candidate = forest_schema_of(e->candidate.forest);
    bool same = candidate->features == table->features && candidate->classes == table->classes &&
                same_names(candidate->class_name, table->class_name, candidate->classes);
    for (size_t f = 0; same && f < candidate->features; f++)
        same = same_feature(&candidate->feature[f], &table->feature[f]);
    return same ||
           error_set(err, "candidate %s has other inputs or packages than features/schema.json", e->candidate.name);
}

/* The feature asked for, or the first categorical one. */
static bool find_slices(struct evaluation *e, const char *wanted, struct error *err) {
    const struct forest_schema *schema = &e->table.schema;
    e->slice_feature = SIZE_MAX;
    for (size_t f = 0; f < schema->features && e->slice_feature == SIZE_MAX; f++)
        if (schema->feature[f].levels > 0 && (wanted == NULL || strcmp(schema->feature[f].name, wanted) == 0))
            e->slice_feature = f;
    return wanted == NULL || e->slice_feature != SIZE_MAX ||
           error_set(err, "slices: there is no categorical feature %s", wanted);
}

static uint64_t distance(uint64_t a, uint64_t b) {
    return a > b ? a - b : b - a;
}

/* By how much the sum of an answer misses 1 at most, over every input; not of a number where one is none. */
static bool measure_probability_sums(struct evaluation *e, struct error *err) {
    struct input_grid grid = {0};
    const struct forest_schema *schema = &e->table.schema;
    bool done = input_grid_make(&grid, schema);
    float *prob = done ? malloc((grid.rows * schema->classes + 1) * sizeof *prob) : NULL;
    done = prob != NULL && aligned_predict(e->candidate.forest, schema, grid.x, grid.rows, prob);
    if (done)
        e->numbers.probability_sum_error = aligned_predict_sum_error(prob, grid.rows, schema->classes);
    else
        error_set_errno(err, "ask", e->candidate.name);
    free(prob);
    input_grid_done(&grid);
    return done;
}

/* Looks that an alarm asked for and routine ones do not use each other up. */
static void read_last_comparison(struct evaluation *e, bool alarm) {
    const json_t *last = decision_log_last_comparison(e->decisions, alarm);
    if (last == NULL)
        return;
    const char *sha256 = json_string_value(json_object_get(json_object_get(last, "holdout"), "sha256"));
    uint64_t rows = (uint64_t)json_integer_value(json_object_get(last, "data_rows"));
    e->numbers.compared_before = true;
    e->numbers.same_holdout = sha256 != NULL && strcmp(sha256, e->numbers.measured.holdout_sha256) == 0;
    e->numbers.new_rows = distance(e->table.total, rows); /* data may also have been replaced by fewer */
}

static bool measure_disagreement(struct evaluation *e, const struct volume *volume, struct error *err) {
    struct recent_requests requests = {0};
    if (e->champion.version == 0)
        return true;
    bool done = recent_requests_read(&requests, volume, &e->table.schema, err);
    if (done && !disagreement_measure(&e->numbers.disagreement, &requests, &e->table.schema, e->candidate.forest,
                                      e->champion.forest)) {
        error_set_errno(err, "compare answers of", e->candidate.name);
        done = false;
    }
    unreadable_warn(requests.unreadable);
    e->unreadable = json_incref(requests.unreadable);
    recent_requests_done(&requests);
    return done;
}

bool evaluation_run(struct evaluation *e, const struct evaluation_subject *o, struct error *err) {
    struct gate_numbers *n = &e->numbers;
    if (!feature_table_read_at(&e->table, o->volume, err) || !check_features(e, err) || !check_schema(e, err) ||
        !find_slices(e, o->slices, err) || !read_champion(e, o, err) ||
        !comparison_make(&n->measured, &e->table, e->candidate.forest, evaluation_baseline(e)->forest, e->slice_feature,
                         err) ||
        !measure_probability_sums(e, err) || !measure_disagreement(e, o->volume, err))
        return false;
    n->card_log_loss = candidate_number(&e->candidate, "metrics", "holdout", "log_loss");
    n->majority_log_loss = candidate_number(&e->candidate, "baselines", "majority", "log_loss");
    n->frequency_log_loss = candidate_number(&e->candidate, "baselines", "cells", "log_loss");
    n->has_champion = e->champion.version > 0;
    n->champion_saw_holdout = n->has_champion && best_champion_saw_holdout(e->champion.card, &e->table);
    read_last_comparison(e, o->gate->alarm);
    return true;
}
