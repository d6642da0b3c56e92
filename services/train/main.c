/* leadforest-train: features/ -> candidates/<run>/, a forest and the card that says what it is worth. */
#include <string.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/worker/progress.h"
#include "services/common/worker/settings.h"
#include "services/common/worker/stage.h"
#include "services/train/candidate.h"
#include "services/train/retention.h"

enum { ALARM_WINDOW_ROWS = 100 };

struct settings {
    struct settings_common common;
    const char *window;
    long long window_rows, trees, seed, threads, keep;
    bool alarm;
};

static const struct setting rows[] = {
    SETTINGS_COMMON(struct settings, common),
    SETTINGS_THREADS(struct settings, threads, "TRAIN_THREADS"),
    {"window", "TRAIN_WINDOW", SETTING_CHOICE, offsetof(struct settings, window), "auto", 0, 0, "auto|all|365|180|90",
     "days before the hold-out whose purchases are learned from; auto: the choice that does best on the validation "
     "rows"},
    {"min-window-rows|window-rows", "TRAIN_MIN_WINDOW_ROWS|TRAIN_WINDOW_ROWS", SETTING_INTEGER,
     offsetof(struct settings, window_rows), "1000", 1, 1000000000, NULL,
     "purchases that a window of --window auto must contain to be tried"},
    {"alarm", "TRAIN_ALARM", SETTING_FLAG, offsetof(struct settings, alarm), "0", 0, 0, NULL,
     "after a drift alarm: try short windows even if they contain few purchases"},
    {"trees", "TRAIN_TREES", SETTING_INTEGER, offsetof(struct settings, trees), "200", 1, FOREST_MAX_TREES, NULL,
     "number of trees in the forest"},
    {"seed", "TRAIN_SEED", SETTING_INTEGER, offsetof(struct settings, seed), "1", 0, 9e15, NULL,
     "seed of the random numbers; the same data and seed give the same model, byte for byte"},
    {"keep-candidates|keep", "TRAIN_KEEP_CANDIDATES|TRAIN_KEEP", SETTING_INTEGER, offsetof(struct settings, keep), "20",
     1, 1000000, NULL, "number of candidates to keep, the newest ones; promoted models are kept in registry/"},
};

static const struct program program = {
    .name = "leadforest-train",
    .summary = "features/ -> candidates/<run>/: trains a forest and measures it on the hold-out",
    .usage = "[options]",
    .examples = "  leadforest-train                  write forest.bin and card.json of a new candidate\n"
                "  leadforest-train --window all     learn from all purchases",
    .settings = rows,
    .setting_count = sizeof rows / sizeof *rows,
};

static bool show_progress(void *user, uint32_t done, uint32_t total) {
    struct progress *progress = user;
    progress->total = total;
    progress_update(progress, done);
    return true;
}

static struct recipe recipe_of(const struct settings *s, struct progress *progress) {
    struct recipe recipe = {.window = s->window,
                            .min_rows = s->alarm && s->window_rows > ALARM_WINDOW_ROWS ? ALARM_WINDOW_ROWS
                                                                                       : (uint64_t)s->window_rows};
    forest_params_init(&recipe.params);
    recipe.params.trees = (uint32_t)s->trees;
    recipe.params.seed = (uint64_t)s->seed;
    recipe.params.threads = settings_threads(s->threads);
    recipe.params.progress = show_progress;
    recipe.params.progress_user = progress;
    return recipe;
}

static bool add_inputs(struct stage *stage, const struct settings *s, struct error *err) {
    char path[PATH_MAX], text[200];
    snprintf(text, sizeof text, "%s %lld %d %lld %lld", s->window, s->window_rows, s->alarm, s->trees, s->seed);
    stage_input_text(stage, "settings", text);
    return path_format(path, err, "%s/" VOLUME_SCHEMA, s->common.data) && stage_input_file(stage, path, err) &&
           path_format(path, err, "%s/" VOLUME_FEATURES, s->common.data) && stage_input_file(stage, path, err);
}

/* The folder, then the pointer that makes it the newest, then the stamp. */
static bool publish(struct stage *stage, const struct candidate *candidate, const char *data, struct error *err) {
    char path[PATH_MAX], forest[PATH_MAX], card[PATH_MAX];
    if (!path_format(path, err, "%s/" VOLUME_CANDIDATES "/%s", data, stage->run) ||
        !candidate_publish(candidate, path, err) || !path_format(path, err, "%s/" VOLUME_NEWEST, data) ||
        !path_format(forest, err, "%s/forest.bin", stage->run) || !path_format(card, err, "%s/card.json", stage->run))
        return false;
    json_t *newest = json_pack("{s:s}", "candidate", stage->run);
    const char *const outputs[] = {"newest.json", forest, card};
    bool done = atomic_file_write_json(path, newest, err) && stage_stamp(stage, outputs, 3, err);
    json_decref(newest);
    return done;
}

static enum exit_code run(struct stage *stage, const struct settings *s, const struct etl_config *config) {
    struct feature_table table = {0};
    struct candidate candidate = {0};
    struct progress progress;
    struct error err;
    struct forest_error problem = {""};
    enum exit_code code;

    progress_begin(&progress, "training", "trees", 0);
    struct recipe recipe = recipe_of(s, &progress);
    if (!feature_table_read(&table, s->common.data, &err))
        return stage_fail_error(stage, &err);
    enum forest_status status = candidate_train(&candidate, &table, config, &recipe, &problem);
    progress_end(&progress);
    if (status != FOREST_OK)
        code = stage_fail(stage, status == FOREST_NO_MEMORY ? EXIT_TEMPFAIL : EXIT_DATAERR, problem.text);
    else if (!publish(stage, &candidate, s->common.data, &err))
        code = stage_fail_error(stage, &err);
    else {
        retention_apply(s->common.data, (size_t)s->keep, stage->run);
        code = stage_end(stage, EXIT_DONE,
                         json_pack("{s:s, s:I, s:f, s:f, s:O}", "candidate", stage->run, "window_days",
                                   (json_int_t)candidate.window.days, "accuracy", candidate.holdout.accuracy,
                                   "log_loss", candidate.holdout.log_loss, "trained_rows",
                                   json_object_get(candidate.card, "trained_rows")));
    }
    candidate_done(&candidate);
    feature_table_done(&table);
    return code;
}

int main(int argc, char **argv) {
    struct settings s;
    bool finished;
    enum exit_code code = settings_read(&program, &s, NULL, argc, argv, &finished);
    if (code != EXIT_DONE || finished)
        return code;
    struct stage stage;
    if (!stage_begin(&stage, WORKER_TRAIN, s.common.data, &code))
        return code;

    /* Of the configuration the card tells the prices. */
    struct etl_config *config = stage_input_configuration(&stage, s.common.config, &code);
    if (config == NULL)
        return code;
    struct error err;
    char folder[PATH_MAX];
    if (!path_format(folder, &err, "%s/" VOLUME_CANDIDATES, s.common.data) || !add_inputs(&stage, &s, &err))
        code = stage_fail_error(&stage, &err);
    else if (stage_up_to_date(&stage))
        code = stage_end(&stage, EXIT_NOTHING_TO_DO, NULL);
    else {
        atomic_file_sweep_folder(folder);
        code = run(&stage, &s, config);
    }
    etl_config_free(config);
    return code;
}
