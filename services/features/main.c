/* leadforest-features: processed/train.csv -> features/features.csv + schema.json: rows as numbers, split by time. */
#include <string.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/worker/unreadable.h"
#include "services/common/worker/worker.h"
#include "services/features/coded_table.h"
#include "services/features/schema_json.h"

struct settings {
    struct settings_common common;
    long long holdout_min, holdout_max, level_rows, max_categories;
    bool alarm;
};

static const struct setting rows[] = {
    SETTINGS_COMMON(struct settings, common),
    {"min-holdout-rows|holdout-min", "FEATURES_MIN_HOLDOUT_ROWS|HOLDOUT_MIN", SETTING_INTEGER,
     offsetof(struct settings, holdout_min), "200", 1, 5000, NULL,
     "smallest hold-out, in purchases; the hold-out is the newest fifth of all purchases"},
    {"max-holdout-rows|holdout-max", "FEATURES_MAX_HOLDOUT_ROWS|HOLDOUT_MAX", SETTING_INTEGER,
     offsetof(struct settings, holdout_max), "5000", 1, 10000000, NULL, "largest hold-out, in purchases"},
    {"alarm", "TRAIN_ALARM", SETTING_FLAG, offsetof(struct settings, alarm), "0", 0, 0, NULL,
     "after a drift alarm: make the hold-out as small as allowed, so that training sees the newest purchases"},
    {"min-category-count|level-min", "FEATURES_MIN_CATEGORY_COUNT|LEVEL_MIN", SETTING_INTEGER,
     offsetof(struct settings, level_rows), "10", 1, 1000000, NULL,
     "purchases with a value that the configuration does not list before it becomes a category of its own"},
    {"max-categories|levels-max", "FEATURES_MAX_CATEGORIES|LEVELS_MAX", SETTING_INTEGER,
     offsetof(struct settings, max_categories), "200", 0, 65000, NULL,
     "most such categories of one feature; the rarest values are left out"},
};

static const struct program program = {
    .name = "leadforest-features",
    .summary = "processed/ -> features/: turns purchases into numbers and splits them by time",
    .usage = "[options]",
    .examples = "  leadforest-features                             make features.csv and schema.json in ./data\n"
                "  leadforest-features --min-category-count 50     ignore values with fewer than 50 purchases",
    .settings = rows,
    .setting_count = sizeof rows / sizeof *rows,
};

/* All that a run makes. */
struct work {
    const struct etl_config *config;
    struct training_rows rows;
    struct split split;
    struct encoding encoding;
    struct coded_table table;
    char train_sha256[SHA256_HEX];
};

static void work_done(void *work) {
    struct work *w = work;
    coded_table_done(&w->table);
    encoding_done(&w->encoding);
    split_done(&w->split);
    training_rows_done(&w->rows);
}

static long long largest_holdout(const struct settings *s) {
    return s->alarm ? s->holdout_min : s->holdout_max;
}

/* Read the purchases and their hash, which schema.json records. */
static enum exit_code prepare(struct worker_run *run, struct error *err) {
    struct work *w = run->work;
    w->config = run->config;
    if (!files_sha256_at(&run->stage.volume, VOLUME_TRAIN, w->train_sha256, err))
        return worker_code(false, err);
    stage_input_hash(&run->stage, VOLUME_TRAIN, w->train_sha256);
    return EXIT_DONE;
}

static bool make_table(struct work *w, const struct volume *volume, const struct settings *s, struct error *err) {
    struct split_limits split = {(size_t)s->holdout_min, (size_t)largest_holdout(s)};
    struct vocabulary_limits levels = {(size_t)s->level_rows, (size_t)s->max_categories};
    return training_rows_read(&w->rows, volume, VOLUME_TRAIN, w->config, err) &&
           split_by_time(&w->split, &w->rows, &split, err) &&
           encoding_choose(&w->encoding, &w->rows, &w->split, &levels, err) &&
           coded_table_make(&w->table, &w->rows, &w->split, &w->encoding, err);
}

static bool publish_table(const struct work *w, const struct volume *volume, char sha256[SHA256_HEX],
                          struct error *err) {
    struct atomic_file p;
    if (!atomic_file_open_at(&p, volume, VOLUME_FEATURES, err))
        return false;
    coded_table_write(&w->table, &w->encoding, w->config, p.file);
    return atomic_file_commit(&p, err) && files_sha256_at(volume, VOLUME_FEATURES, sha256, err);
}

/* Write the table first: readers accept it only with the schema that has its hash. */
static bool publish(const struct work *w, const struct volume *volume, struct error *err) {
    char sha256[SHA256_HEX];
    if (!publish_table(w, volume, sha256, err))
        return false;
    json_t *schema = schema_json_make(&w->rows, &w->split, &w->encoding, sha256, w->train_sha256);
    bool done = atomic_file_write_json_at(volume, VOLUME_SCHEMA, schema, err);
    json_decref(schema);
    return done;
}

static json_t *counts(const struct work *w) {
    json_t *result = json_pack("{s:I, s:I, s:I, s:I, s:I}", "rows", (json_int_t)w->split.count, "distinct",
                               (json_int_t)w->table.rows, "train", (json_int_t)w->split.validation, "validation",
                               (json_int_t)(w->split.holdout - w->split.validation), "holdout",
                               (json_int_t)(w->split.count - w->split.holdout));
    unreadable_describe(result, w->rows.unreadable);
    return result;
}

static enum exit_code make_features(struct worker_run *run, struct error *err) {
    struct work *w = run->work;
    const struct volume *volume = &run->stage.volume;
    bool done = make_table(w, volume, run->settings, err) && publish(w, volume, err);
    unreadable_warn(w->rows.unreadable);
    run->result = done ? counts(w) : NULL;
    return worker_code(done, err);
}

static const struct worker worker = {
    .program = &program,
    .id = WORKER_FEATURES,
    .settings_size = sizeof(struct settings),
    .work_size = sizeof(struct work),
    .configured = true,
    .outputs = {"features.csv", "schema.json"},
    .prepare = prepare,
    .run = make_features,
    .done = work_done,
};

int main(int argc, char **argv) {
    return worker_main(&worker, argc, argv);
}
