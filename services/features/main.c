/* leadforest-features: processed/train.csv -> features/features.csv + schema.json, numbers only, split by time. */
#include <string.h>

#include "services/common/settings.h"
#include "services/common/stage.h"
#include "services/common/volume.h"
#include "services/features/schema.h"
#include "services/features/table.h"

struct settings {
    struct settings_common common;
    long long holdout_least, holdout_most, level_rows, levels_most;
    bool alarm;
};

static const struct setting rows[] = {
    SETTINGS_COMMON(struct settings, common),
    {"holdout-min", "HOLDOUT_MIN", SETTING_WHOLE, offsetof(struct settings, holdout_least), "200", 1, 5000, NULL,
     "rows that the hold-out has at least (it is the newest fifth)"},
    {"holdout-max", "HOLDOUT_MAX", SETTING_WHOLE, offsetof(struct settings, holdout_most), "5000", 1, 10000000, NULL,
     "rows that the hold-out has at most"},
    {"alarm", "TRAIN_ALARM", SETTING_FLAG, offsetof(struct settings, alarm), "0", 0, 0, NULL,
     "an alarm asked for this training: the hold-out has its least rows, so that training sees what is new"},
    {"level-min", "LEVEL_MIN", SETTING_WHOLE, offsetof(struct settings, level_rows), "10", 1, 1000000, NULL,
     "purchases that a value unknown to the configuration must have to become a level"},
    {"levels-max", "LEVELS_MAX", SETTING_WHOLE, offsetof(struct settings, levels_most), "200", 0, 65000, NULL,
     "such levels of one feature at most; the rarest are left out"},
};

static const struct program program = {
    .name = "leadforest-features",
    .does = "processed/train.csv -> features/features.csv + schema.json",
    .usage = "[options]",
    .settings = rows,
    .setting_count = sizeof rows / sizeof *rows,
};

/* All that a run makes. */
struct work {
    struct config *config;
    struct purchases purchases;
    struct split split;
    struct encoding encoding;
    struct table table;
    char train_sha256[SHA256_HEX];
};

static void work_done(struct work *w) {
    table_done(&w->table);
    encoding_done(&w->encoding);
    split_done(&w->split);
    purchases_done(&w->purchases);
    config_free(w->config);
}

static long long largest_holdout(const struct settings *s) {
    return s->alarm ? s->holdout_least : s->holdout_most;
}

/* What the outputs depend on beside the features that the configuration declares: the settings, the purchases. */
static bool tell_inputs(struct stage *stage, const struct settings *s, struct work *w, struct file_error *err) {
    char path[PATH_MAX], text[128];
    snprintf(text, sizeof text, "%lld %lld %lld %lld", s->holdout_least, largest_holdout(s), s->level_rows,
             s->levels_most);
    stage_input_text(stage, "settings", text);
    if (!publish_path(path, err, "%s/" VOLUME_TRAIN, s->common.data) || !files_sha256(path, w->train_sha256, err))
        return false;
    stage_input_text(stage, "train.csv", w->train_sha256);
    lineage_input(stage->lineage, path, w->train_sha256);
    return true;
}

static bool make_table(struct work *w, const struct settings *s, struct file_error *err) {
    char path[PATH_MAX];
    struct split_limits split = {(size_t)s->holdout_least, (size_t)largest_holdout(s)};
    struct level_limits levels = {(size_t)s->level_rows, (size_t)s->levels_most};
    return publish_path(path, err, "%s/" VOLUME_TRAIN, s->common.data) &&
           purchases_read(&w->purchases, path, w->config, err) &&
           split_by_time(&w->split, &w->purchases, &split, err) &&
           encoding_choose(&w->encoding, &w->purchases, &w->split, &levels, err) &&
           table_make(&w->table, &w->purchases, &w->split, &w->encoding, err);
}

static bool publish_table(const struct work *w, const char *data, char sha256[SHA256_HEX], struct file_error *err) {
    char path[PATH_MAX];
    struct publication p;
    if (!publish_path(path, err, "%s/" VOLUME_FEATURES, data) || !publish_open(&p, path, err))
        return false;
    table_write(&w->table, &w->encoding, w->config, p.file);
    return publish_commit(&p, err) && files_sha256(path, sha256, err);
}

/* The table first: readers take it only with the schema that names its hash. */
static bool publish(struct stage *stage, const struct work *w, const char *data, struct file_error *err) {
    static const char *const outputs[] = {"features.csv", "schema.json"};
    char path[PATH_MAX], sha256[SHA256_HEX];
    if (!publish_table(w, data, sha256, err) || !publish_path(path, err, "%s/" VOLUME_SCHEMA, data))
        return false;
    json_t *schema = schema_describe(&w->purchases, &w->split, &w->encoding, sha256, w->train_sha256);
    bool done = publish_json(path, schema, err) && stage_stamp(stage, outputs, 2, err);
    json_decref(schema);
    return done;
}

static json_t *counts(const struct work *w) {
    return json_pack("{s:I, s:I, s:I, s:I, s:I}", "rows", (json_int_t)w->split.count, "distinct",
                     (json_int_t)w->table.rows, "train", (json_int_t)w->split.validation, "validation",
                     (json_int_t)(w->split.holdout - w->split.validation), "holdout",
                     (json_int_t)(w->split.count - w->split.holdout));
}

int main(int argc, char **argv) {
    struct settings s;
    bool finished;
    enum exit_code code = settings_read(&program, &s, NULL, argc, argv, &finished);
    if (code != EXIT_DONE || finished)
        return code;
    struct stage stage;
    if (!stage_begin(&stage, WORKER_FEATURES, s.common.data, &code))
        return code;

    struct work work = {.config = stage_input_configuration(&stage, s.common.config, &code)};
    if (work.config == NULL)
        return code;
    struct file_error err;
    char folder[PATH_MAX];
    if (!publish_path(folder, &err, "%s/" VOLUME_FEATURES_FOLDER, s.common.data) ||
        !tell_inputs(&stage, &s, &work, &err))
        code = stage_fail_file(&stage, &err);
    else if (stage_up_to_date(&stage))
        code = stage_end(&stage, EXIT_NOTHING_TO_DO, NULL);
    else {
        publish_sweep(folder);
        bool done = make_table(&work, &s, &err) && publish(&stage, &work, s.common.data, &err);
        code = done ? stage_end(&stage, EXIT_DONE, counts(&work)) : stage_fail_file(&stage, &err);
    }
    work_done(&work);
    return code;
}
