/* window.c - tries training windows on the validation rows, slice by slice. */
#include "services/train/window.h"

#include <stdlib.h>

#include "services/common/util/paired_diff.h"

enum { DAY = 86400, TRIAL_TREES = 32 };

static const unsigned all_days[WINDOW_CHOICES] = {WINDOW_ALL, 365, 180, 90};

/* ---- rows ---- */

/* Weights of the rows before a time that lies `ends` periods before the hold-out and, unless days is WINDOW_ALL, at
 * most so many days before it. Training rows are before any such time; a period can contain some of them and the first
 * validation rows. */
static uint64_t weights_before(const struct feature_table *t, uint32_t ends, unsigned days, uint32_t *out) {
    uint32_t begins = days == WINDOW_ALL ? UINT32_MAX : ends + days / FEATURE_PERIOD_DAYS;
    uint64_t sum = 0;
    for (size_t i = 0; i < t->rows; i++) {
        bool before = t->split[i] == SPLIT_TRAIN || (t->split[i] == SPLIT_VALIDATION && t->period[i] >= ends);
        out[i] = before && t->period[i] < begins ? t->weight[i] : 0;
        sum += out[i];
    }
    return sum;
}

uint64_t window_weights(const struct feature_table *table, unsigned days, uint32_t *out) {
    return weights_before(table, 0, days, out);
}

enum forest_status window_train(struct forest **out, const struct feature_table *table, const uint32_t *weights,
                                const struct forest_params *params, struct forest_error *err) {
    struct forest_dataset *ds = NULL;
    enum forest_status status = forest_dataset_new(&ds, &table->schema, err);
    if (status == FOREST_OK)
        status = forest_dataset_add(ds, table->x, table->label, weights, table->rows, err);
    if (status == FOREST_OK)
        status = forest_train(out, ds, params, err);
    forest_dataset_free(ds);
    return status;
}

/* ---- slices ---- */

/* Validation rows from `begins` periods before the hold-out down to, but without, `ends`. */
struct slice {
    uint32_t begins, ends;
};

/* The number of a table's slices, oldest first: of equal time, at least a period each, over the newer half. */
static size_t cut_slices(const struct feature_table *t, struct slice slices[WINDOW_SLICES]) {
    uint32_t all = (uint32_t)((t->holdout_from - t->validation_from) / (FEATURE_PERIOD_DAYS * DAY)) + 1;
    uint32_t periods = (all + 1) / 2;
    size_t count = periods < WINDOW_SLICES ? periods : WINDOW_SLICES;
    for (size_t i = 0; i < count; i++) {
        slices[i].begins = (uint32_t)(periods * (count - i) / count);
        slices[i].ends = (uint32_t)(periods * (count - i - 1) / count);
    }
    return count;
}

static bool in_slice(const struct feature_table *t, size_t row, const struct slice *slice) {
    return t->split[row] == SPLIT_VALIDATION && t->period[row] < slice->begins && t->period[row] >= slice->ends;
}

/* ---- trials ---- */

/* What the trials share; two arrays of losses change places when a trial wins. */
struct trials {
    const struct feature_table *table;
    struct forest_params params;
    struct slice slices[WINDOW_SLICES];
    size_t slice_count;
    uint32_t *weights;   /* [rows] */
    double *best, *loss; /* [rows] of the best window so far and of the newest; of rows in slices alone */
};

static enum forest_status measure_slice(struct trials *trials, const struct slice *slice, unsigned days,
                                        struct forest_error *err) {
    const struct feature_table *t = trials->table;
    float prob[FOREST_MAX_CLASSES];
    struct forest *forest = NULL;
    weights_before(t, slice->begins, days, trials->weights);
    enum forest_status status = window_train(&forest, t, trials->weights, &trials->params, err);
    if (status != FOREST_OK)
        return status;
    for (size_t i = 0; i < t->rows; i++)
        if (in_slice(t, i, slice)) {
            forest_predict(forest, t->x + i * t->schema.features, prob);
            trials->loss[i] = paired_diff_log_loss(prob[t->label[i]]);
        }
    forest_free(forest);
    return FOREST_OK;
}

static void compare(struct window_trial *trial, const struct trials *trials, const double *best) {
    const struct feature_table *t = trials->table;
    struct slice all = {trials->slices[0].begins, 0};
    struct paired_diff own = {0}, gain = {0};
    for (size_t i = 0; i < t->rows; i++) {
        if (!in_slice(t, i, &all))
            continue;
        paired_diff_add(&own, trials->loss[i], t->weight[i]);
        paired_diff_add(&gain, best[i] - trials->loss[i], t->weight[i]);
    }
    trial->log_loss = own.mean;
    trial->gain = gain.mean;
    trial->error = paired_diff_standard_error(&gain);
}

static enum forest_status try_window(struct window_choice *choice, size_t number, struct trials *trials,
                                     struct forest_error *err) {
    struct window_trial *trial = &choice->trial[number];
    enum forest_status status = FOREST_OK;
    for (size_t i = 0; i < trials->slice_count && status == FOREST_OK; i++)
        status = measure_slice(trials, &trials->slices[i], trial->days, err);
    if (status != FOREST_OK)
        return status;
    trial->tried = true;
    compare(trial, trials, number == 0 ? trials->loss : trials->best);
    if (number == 0 || trial->gain > trial->error) {
        double *swap = trials->best;
        trials->best = trials->loss;
        trials->loss = swap;
        choice->days = trial->days;
    }
    return FOREST_OK;
}

/* Rows that the poorest slice would be trained on. */
static uint64_t smallest_slice_rows(struct trials *trials, unsigned days) {
    uint64_t min_rows = UINT64_MAX;
    for (size_t i = 0; i < trials->slice_count; i++) {
        uint64_t rows = weights_before(trials->table, trials->slices[i].begins, days, trials->weights);
        min_rows = rows < min_rows ? rows : min_rows;
    }
    return min_rows;
}

static enum forest_status try_windows(struct window_choice *choice, struct trials *trials, uint64_t min_rows,
                                      struct forest_error *err) {
    enum forest_status status = FOREST_OK;
    uint64_t longer = UINT64_MAX;
    for (size_t i = 0; i < WINDOW_CHOICES && status == FOREST_OK; i++) {
        struct window_trial *trial = &choice->trial[i];
        trial->days = all_days[i];
        trial->rows = window_weights(trials->table, all_days[i], trials->weights);
        if (i > 0 && (trial->rows >= longer || smallest_slice_rows(trials, all_days[i]) < min_rows))
            continue;
        longer = trial->rows;
        status = try_window(choice, i, trials, err);
    }
    return status;
}

enum forest_status window_choose(struct window_choice *out, const struct feature_table *table,
                                 const struct forest_params *params, uint64_t min_rows, struct forest_error *err) {
    struct trials trials = {.table = table,
                            .params = *params,
                            .weights = malloc(table->rows * sizeof *trials.weights),
                            .best = calloc(table->rows, sizeof *trials.best),
                            .loss = calloc(table->rows, sizeof *trials.loss)};
    enum forest_status status = FOREST_NO_MEMORY;
    *out = (struct window_choice){.days = WINDOW_ALL};
    trials.params.trees = params->trees < TRIAL_TREES ? params->trees : TRIAL_TREES; /* enough to compare */
    trials.slice_count = cut_slices(table, trials.slices);
    if (trials.weights != NULL && trials.best != NULL && trials.loss != NULL)
        status = try_windows(out, &trials, min_rows, err);
    else
        snprintf(err->text, sizeof err->text, "out of memory");
    free(trials.weights);
    free(trials.best);
    free(trials.loss);
    return status;
}
