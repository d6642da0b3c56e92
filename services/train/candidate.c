/* candidate.c - trains a candidate and publishes its folder. */
#include "services/train/candidate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static enum forest_status out_of_memory(struct forest_error *err) {
    snprintf(err->text, sizeof err->text, "out of memory");
    return FOREST_NO_MEMORY;
}

static enum forest_status choose_window(struct window_choice *out, const struct feature_table *table,
                                        const struct recipe *recipe, struct forest_error *err) {
    if (strcmp(recipe->window, "auto") == 0)
        return window_choose(out, table, &recipe->params, recipe->least_rows, err);
    *out = (struct window_choice){.days = (unsigned)strtoul(recipe->window, NULL, 10)}; /* "all": WINDOW_ALL */
    return FOREST_OK;
}

static enum forest_status measure(struct candidate *c, const struct feature_table *table, uint64_t *confusion,
                                  uint32_t *weights, struct forest_error *err) {
    struct forest_dataset *ds = NULL;
    for (size_t i = 0; i < table->rows; i++)
        weights[i] = table->split[i] == SPLIT_HOLDOUT ? table->weight[i] : 0;
    enum forest_status status = forest_dataset_new(&ds, &table->schema, err);
    if (status == FOREST_OK)
        status = forest_dataset_add(ds, table->x, table->label, weights, table->rows, err);
    if (status == FOREST_OK)
        status = forest_evaluate(c->forest, ds, &c->holdout, confusion, err);
    forest_dataset_free(ds);
    return status;
}

static enum forest_status train(struct candidate *c, const struct feature_table *table, const struct config *config,
                                const struct recipe *recipe, uint32_t *weights, uint64_t *confusion,
                                struct forest_error *err) {
    struct baselines baselines;
    uint64_t rows = window_weights(table, c->window.days, weights);
    if (rows == 0) {
        snprintf(err->text, sizeof err->text, "no purchase within %u days before the hold-out", c->window.days);
        return FOREST_INVALID;
    }
    if (!baselines_measure(&baselines, table, weights))
        return out_of_memory(err);
    enum forest_status status = window_train(&c->forest, table, weights, &recipe->params, err);
    if (status == FOREST_OK)
        status = measure(c, table, confusion, weights, err);
    if (status != FOREST_OK)
        return status;
    c->card = card_describe(&(struct card){table, config, &recipe->params, &c->window, c->forest, &c->holdout,
                                           confusion, &baselines, rows, recipe->window});
    return FOREST_OK;
}

enum forest_status candidate_train(struct candidate *out, const struct feature_table *table,
                                   const struct config *config, const struct recipe *recipe, struct forest_error *err) {
    struct candidate c = {0};
    uint32_t *weights = malloc(table->rows * sizeof *weights);
    uint64_t *confusion = calloc(table->schema.classes * table->schema.classes, sizeof *confusion);
    enum forest_status status =
        weights != NULL && confusion != NULL ? choose_window(&c.window, table, recipe, err) : out_of_memory(err);
    if (status == FOREST_OK)
        status = train(&c, table, config, recipe, weights, confusion, err);
    free(weights);
    free(confusion);
    if (status == FOREST_OK)
        *out = c;
    else
        candidate_done(&c);
    return status;
}

void candidate_done(struct candidate *candidate) {
    forest_free(candidate->forest);
    json_decref(candidate->card);
    *candidate = (struct candidate){0};
}

static bool fill(const struct candidate *c, const char *folder, struct file_error *err) {
    char path[PATH_MAX];
    struct forest_error problem;
    if (!publish_path(path, err, "%s/forest.bin", folder))
        return false;
    if (forest_save(c->forest, path, &problem) != FOREST_OK) {
        file_error_say(err, "write %s: %s", path, problem.text);
        err->try_later = true;
        return false;
    }
    return publish_path(path, err, "%s/card.json", folder) && publish_json(path, c->card, err);
}

/* A repeated run has the same id: its earlier folder makes way whole, under a name that is swept. */
static bool make_way(const char *path, char aside[PATH_MAX], struct file_error *err) {
    const char *slash = strrchr(path, '/');
    if (!publish_path(aside, err, "%.*s/.tmp-replaced", (int)(slash - path), path))
        return false;
    publish_remove_folder(aside);
    bool done = rename(path, aside) == 0 || errno == ENOENT;
    if (!done)
        file_error_set(err, "replace", path);
    return done;
}

bool candidate_publish(const struct candidate *candidate, const char *path, struct file_error *err) {
    char aside[PATH_MAX];
    struct folder_publication p;
    if (!publish_folder_open(&p, path, err))
        return false;
    if (!fill(candidate, p.beside, err) || !make_way(path, aside, err)) {
        publish_folder_abort(&p);
        return false;
    }
    bool done = publish_folder_commit(&p, err);
    publish_remove_folder(aside);
    return done;
}
