/* leadforest-train: features/ -> candidates/<run>/: a forest, and a card with its metrics. */
#include <string.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/worker/progress.h"
#include "services/common/worker/worker.h"
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
     1, 1000000, NULL, "number of candidates to keep, the newest ones; promoted models are kept in registry/",
     .not_an_input = true},
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

struct work {
    struct feature_table table;
    struct candidate candidate;
};

static void work_done(void *work) {
    struct work *w = work;
    candidate_done(&w->candidate);
    feature_table_done(&w->table);
}

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

/* A candidate is a folder of its own for each run. */
static enum exit_code prepare(struct worker_run *run, struct error *err) {
    char forest[STAGE_OUTPUT], card[STAGE_OUTPUT];
    (void)err;
    snprintf(forest, sizeof forest, "%s/forest.bin", run->stage.run);
    snprintf(card, sizeof card, "%s/card.json", run->stage.run);
    stage_output(&run->stage, forest);
    stage_output(&run->stage, card);
    return EXIT_DONE;
}

static enum exit_code grow(struct worker_run *run, struct error *err) {
    const struct settings *s = run->settings;
    struct work *w = run->work;
    struct progress progress;
    struct forest_error problem = {""};

    progress_begin(&progress, "training", "trees", 0);
    struct recipe recipe = recipe_of(s, &progress);
    if (!feature_table_read_at(&w->table, &run->stage.volume, err))
        return worker_code(false, err);
    enum forest_status status = candidate_train(&w->candidate, &w->table, run->config, &recipe, &problem);
    progress_end(&progress);
    if (status == FOREST_OK)
        return EXIT_DONE;
    error_set(err, "%s", problem.text);
    return status == FOREST_NO_MEMORY ? EXIT_TEMPFAIL : EXIT_DATAERR;
}

/* The folder, then the pointer that makes it the newest. */
static bool publish(const struct candidate *candidate, const struct volume *volume, const char *name,
                    struct error *err) {
    if (!candidate_publish(candidate, volume, name, err))
        return false;
    json_t *newest = json_pack("{s:s}", "candidate", name);
    bool done = atomic_file_write_json_at(volume, VOLUME_NEWEST, newest, err);
    json_decref(newest);
    return done;
}

static json_t *result_of(const struct candidate *candidate, const char *name) {
    return json_pack("{s:s, s:I, s:f, s:f, s:O}", "candidate", name, "window_days", (json_int_t)candidate->window.days,
                     "accuracy", candidate->holdout.accuracy, "log_loss", candidate->holdout.log_loss, "trained_rows",
                     json_object_get(candidate->card, "trained_rows"));
}

static enum exit_code train(struct worker_run *run, struct error *err) {
    const struct candidate *candidate = &((struct work *)run->work)->candidate;
    enum exit_code code = grow(run, err);
    if (code == EXIT_DONE)
        code = worker_code(publish(candidate, &run->stage.volume, run->stage.run, err), err);
    if (code == EXIT_DONE)
        run->result = result_of(candidate, run->stage.run);
    return code;
}

static enum exit_code discard_old_candidates(struct worker_run *run, enum exit_code code) {
    const struct settings *s = run->settings;
    if (code == EXIT_DONE)
        retention_apply(&run->stage.volume, (size_t)s->keep, run->stage.run);
    return code;
}

static const struct worker worker = {
    .program = &program,
    .id = WORKER_TRAIN,
    .settings_size = sizeof(struct settings),
    .work_size = sizeof(struct work),
    .configured = true, /* the card lists the prices */
    .inputs = {VOLUME_SCHEMA, VOLUME_FEATURES},
    .outputs = {"newest.json"},
    .prepare = prepare,
    .run = train,
    .finish = discard_old_candidates,
    .done = work_done,
};

int main(int argc, char **argv) {
    return worker_main(&worker, argc, argv);
}
