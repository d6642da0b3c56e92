/* window.c - tries training windows on the validation rows. */
#include "services/train/window.h"

#include <stdlib.h>

#include "services/common/paired.h"

enum { DAY = 86400 };

const unsigned window_days[WINDOW_CHOICES] = {WINDOW_ALL, 365, 180, 90};

/* Whole periods of a window that ends this long before the hold-out. */
static uint32_t periods_of(unsigned days, moment before_holdout) {
    if (days == WINDOW_ALL)
        return FEATURE_ALL_PERIODS;
    return (uint32_t)(before_holdout / (FEATURE_PERIOD_DAYS * DAY)) + days / FEATURE_PERIOD_DAYS;
}

/* Of a window that ends where validation begins. */
static uint32_t trial_periods(const struct feature_table *table, unsigned days) {
    return periods_of(days, table->holdout_from - table->validation_from);
}

void window_fix(struct window_choice *out, unsigned days) {
    *out = (struct window_choice){.days = days, .periods = periods_of(days, 0)};
}

uint64_t window_weights(const struct window_choice *choice, const struct feature_table *table, uint32_t *out) {
    unsigned splits = SPLIT_BIT(SPLIT_TRAIN) | SPLIT_BIT(SPLIT_VALIDATION);
    return feature_table_weights(table, splits, choice->periods, out);
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

/* The loss of each validation row; 0 for the others. */
static void measure(const struct forest *f, const struct feature_table *t, double *loss) {
    float prob[FOREST_MAX_CLASSES];
    for (size_t i = 0; i < t->rows; i++) {
        if (t->split[i] != SPLIT_VALIDATION)
            continue;
        forest_predict(f, t->x + i * t->schema.features, prob);
        loss[i] = paired_log_loss(prob[t->label[i]]);
    }
}

static void compare(struct window_trial *trial, const struct feature_table *t, const double *best, const double *loss) {
    struct paired own = {0}, gain = {0};
    for (size_t i = 0; i < t->rows; i++) {
        if (t->split[i] != SPLIT_VALIDATION)
            continue;
        paired_add(&own, loss[i], t->weight[i]);
        paired_add(&gain, best[i] - loss[i], t->weight[i]);
    }
    trial->log_loss = own.mean;
    trial->gain = gain.mean;
    trial->error = paired_error(&gain);
}

/* What the trials share: the weights of one, the losses of the best so far and of the newest. */
struct trials {
    uint32_t *weights;
    double *best, *loss; /* [rows] */
};

static enum forest_status try_window(struct window_choice *choice, size_t number, struct trials *trials,
                                     const struct feature_table *t, const struct forest_params *params,
                                     struct forest_error *err) {
    struct window_trial *trial = &choice->trial[number];
    struct forest *forest = NULL;
    enum forest_status status = window_train(&forest, t, trials->weights, params, err);
    if (status != FOREST_OK)
        return status;
    measure(forest, t, trials->loss);
    forest_free(forest);
    trial->tried = true;
    compare(trial, t, number == 0 ? trials->loss : trials->best, trials->loss);
    if (number == 0 || trial->gain > trial->error) {
        double *swap = trials->best;
        trials->best = trials->loss;
        trials->loss = swap;
        choice->days = trial->days;
        choice->periods = trial_periods(t, trial->days);
    }
    return FOREST_OK;
}

enum forest_status window_choose(struct window_choice *out, const struct feature_table *table,
                                 const struct forest_params *params, uint64_t least, struct forest_error *err) {
    struct trials trials = {malloc(table->rows * sizeof *trials.weights), calloc(table->rows, sizeof *trials.best),
                            calloc(table->rows, sizeof *trials.loss)};
    enum forest_status status = FOREST_OK;
    uint64_t longer = UINT64_MAX;
    window_fix(out, WINDOW_ALL);
    if (trials.weights == NULL || trials.best == NULL || trials.loss == NULL) {
        snprintf(err->text, sizeof err->text, "out of memory");
        status = FOREST_NO_MEMORY;
    }
    for (size_t i = 0; i < WINDOW_CHOICES && status == FOREST_OK; i++) {
        out->trial[i].days = window_days[i];
        out->trial[i].rows =
            feature_table_weights(table, SPLIT_BIT(SPLIT_TRAIN), trial_periods(table, window_days[i]), trials.weights);
        if (i > 0 && (out->trial[i].rows < least || out->trial[i].rows >= longer))
            continue;
        longer = out->trial[i].rows;
        status = try_window(out, i, &trials, table, params, err);
    }
    free(trials.weights);
    free(trials.best);
    free(trials.loss);
    return status;
}
