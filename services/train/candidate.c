/* candidate.c - trains a candidate and publishes its folder. */
#include "services/train/candidate.h"

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"

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
        return window_choose(out, table, &recipe->params, recipe->min_rows, err);
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

static enum forest_status train(struct candidate *c, const struct feature_table *table, const struct etl_config *config,
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
                                   const struct etl_config *config, const struct recipe *recipe,
                                   struct forest_error *err) {
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

static bool fill(const struct candidate *c, const struct volume *volume, const char *folder, struct error *err) {
    char forest[PATH_MAX], card[PATH_MAX];
    size_t size;
    const void *image = forest_image(c->forest, &size);
    return path_format(forest, err, "%s/forest.bin", folder) && path_format(card, err, "%s/card.json", folder) &&
           atomic_file_write_at(volume, forest, image, size, err) &&
           atomic_file_write_json_at(volume, card, c->card, err);
}

/* A repeated run has the same id: its earlier folder is renamed to a temporary name, which is removed later. */
static bool move_aside(const struct volume *volume, const char *name, const char *temporary, struct error *err) {
    folder_remove_at(volume, temporary);
    return renameat(volume->fd, name, volume->fd, temporary) == 0 || errno == ENOENT ||
           volume_error(volume, err, "replace", name);
}

bool candidate_publish(const struct candidate *candidate, const struct volume *volume, const char *run,
                       struct error *err) {
    static const char replaced[] = VOLUME_CANDIDATES "/.tmp-replaced";
    char name[VOLUME_NAME];
    struct atomic_folder p;
    snprintf(name, sizeof name, VOLUME_CANDIDATES "/%s", run);
    if (!atomic_folder_open_at(&p, volume, name, err))
        return false;
    if (!fill(candidate, volume, p.temporary, err) || !move_aside(volume, name, replaced, err)) {
        atomic_folder_abort(&p);
        return false;
    }
    bool done = atomic_folder_commit(&p, err);
    folder_remove_at(volume, replaced);
    return done;
}
