/* hearing.c - gathers what the gate needs. */
#include "services/register/hearing.h"

#include <stdlib.h>
#include <string.h>

#include "services/common/log.h"
#include "services/common/volume.h"
#include "services/register/anchor.h"
#include "services/register/answers.h"
#include "services/register/decisions.h"
#include "services/register/grid.h"
#include "services/register/pointer.h"

void hearing_done(struct hearing *h) {
    comparison_done(&h->numbers.measured);
    feature_table_done(&h->table);
    candidate_done(&h->candidate);
    champion_done(&h->champion);
    champion_done(&h->anchor);
    json_decref(h->decisions);
}

const struct champion *hearing_rival(const struct hearing *h) {
    return h->anchor.version > 0 ? &h->anchor : &h->champion;
}

/* Of before or after a change of the format. */
static bool is_foreign(const char *data, long long version) {
    char path[PATH_MAX];
    struct file_error problem;
    struct forest *forest = NULL;
    enum forest_status status = FOREST_IO;
    if (publish_path(path, &problem, "%s/" VOLUME_VERSIONS "/%lld/forest.bin", data, version))
        status = forest_load(&forest, path, NULL);
    forest_free(forest);
    return status == FOREST_FORMAT;
}

/* A champion that no program here can ask any more is none: its successor is judged as a first model is. */
static bool read_champion(struct hearing *h, const struct hearing_subject *o, struct file_error *err) {
    const struct pointer *served = &h->served;
    if (!pointer_read(&h->served, o->data, VOLUME_CHAMPION, err))
        return false;
    if (served->version == 0)
        return true;
    if (!champion_load_version(&h->champion, o->data, served->version, served->sha256, err)) {
        if (!is_foreign(o->data, served->version))
            return false;
        log_event(LOG_WARN, "champion passed by", "version %lld: %s", served->version, err->text);
        return true;
    }
    return !o->gate->alarm || anchor_find(&h->anchor, o->data, h->decisions, &h->table, err);
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
static bool check_schema(const struct hearing *h, struct file_error *err) {
    const struct forest_schema *table = &h->table.schema, *own = forest_schema_of(h->candidate.forest);
    bool same = own->features == table->features && own->classes == table->classes &&
                same_names(own->class_name, table->class_name, own->classes);
    for (size_t f = 0; same && f < own->features; f++)
        same = same_feature(&own->feature[f], &table->feature[f]);
    return same || file_error_say(err, "candidate %s has other inputs or packages than features/schema.json",
                                  h->candidate.name);
}

/* The feature asked for, or the first categorical one. */
static bool find_slices(struct hearing *h, const char *wanted, struct file_error *err) {
    const struct forest_schema *schema = &h->table.schema;
    h->slice_feature = SIZE_MAX;
    for (size_t f = 0; f < schema->features && h->slice_feature == SIZE_MAX; f++)
        if (schema->feature[f].kind == FOREST_CATEGORICAL &&
            (wanted == NULL || strcmp(schema->feature[f].name, wanted) == 0))
            h->slice_feature = f;
    return wanted == NULL || h->slice_feature != SIZE_MAX ||
           file_error_say(err, "slices: there is no categorical feature %s", wanted);
}

static uint64_t distance(uint64_t a, uint64_t b) {
    return a > b ? a - b : b - a;
}

/* By how much the sum of an answer misses 1 at most, over every input; not of a number where one is none. */
static bool measure_answers(struct hearing *h, struct file_error *err) {
    struct grid grid = {0};
    const struct forest_schema *schema = &h->table.schema;
    bool done = grid_make(&grid, schema);
    float *prob = done ? malloc((grid.rows * schema->classes + 1) * sizeof *prob) : NULL;
    done = prob != NULL && answers_ask(h->candidate.forest, schema, grid.x, grid.rows, prob);
    if (done)
        h->numbers.answers_off = answers_off(prob, grid.rows, schema->classes);
    else
        file_error_set(err, "ask", h->candidate.name);
    free(prob);
    grid_done(&grid);
    return done;
}

/* Looks that an alarm asked for and routine ones do not use each other up. */
static void recall_last_comparison(struct hearing *h, bool alarm) {
    const json_t *last = decisions_last_comparison(h->decisions, alarm);
    if (last == NULL)
        return;
    const char *sha256 = json_string_value(json_object_get(json_object_get(last, "holdout"), "sha256"));
    uint64_t rows = (uint64_t)json_integer_value(json_object_get(last, "data_rows"));
    h->numbers.compared_before = true;
    h->numbers.same_holdout = sha256 != NULL && strcmp(sha256, h->numbers.measured.holdout_sha256) == 0;
    h->numbers.new_rows = distance(h->table.total, rows); /* data may also have been replaced by fewer */
}

static bool measure_change(struct hearing *h, const char *data, struct file_error *err) {
    struct traffic traffic = {0};
    if (h->champion.version == 0)
        return true;
    bool done = traffic_read(&traffic, data, &h->table.schema, err);
    if (done &&
        !change_measure(&h->numbers.change, &traffic, &h->table.schema, h->candidate.forest, h->champion.forest)) {
        file_error_set(err, "compare answers of", h->candidate.name);
        done = false;
    }
    traffic_done(&traffic);
    return done;
}

bool hearing_gather(struct hearing *h, const struct hearing_subject *o, struct file_error *err) {
    struct gate_numbers *n = &h->numbers;
    if (!feature_table_read(&h->table, o->data, err) || !check_features(h, err) || !check_schema(h, err) ||
        !find_slices(h, o->slices, err) || !read_champion(h, o, err) ||
        !comparison_make(&n->measured, &h->table, h->candidate.forest, hearing_rival(h)->forest, h->slice_feature,
                         err) ||
        !measure_answers(h, err) || !measure_change(h, o->data, err))
        return false;
    n->card_log_loss = candidate_number(&h->candidate, "metrics", "holdout", "log_loss");
    n->majority_log_loss = candidate_number(&h->candidate, "baselines", "majority", "log_loss");
    n->cells_log_loss = candidate_number(&h->candidate, "baselines", "cells", "log_loss");
    n->has_champion = h->champion.version > 0;
    n->champion_may_know = n->has_champion && anchor_may_know(h->champion.card, &h->table);
    recall_last_comparison(h, o->gate->alarm);
    return true;
}
