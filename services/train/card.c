/* card.c - writes data, parameters, metrics, baselines and importances as JSON. */
#include "services/train/card.h"

#include <math.h>

/* JSON has no infinity and no NaN. */
static json_t *real(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *integer(uint64_t value) {
    return json_integer((json_int_t)value);
}

static json_t *describe_metrics(const struct forest_metrics *m) {
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "rows", integer(m->rows), "accuracy", real(m->accuracy), "log_loss",
                     real(m->log_loss), "brier", real(m->brier), "ece", real(m->ece));
}

static json_t *describe_confusion(const uint64_t *confusion, size_t classes) {
    json_t *rows = json_array();
    for (size_t actual = 0; actual < classes; actual++) {
        json_t *row = json_array();
        for (size_t predicted = 0; predicted < classes; predicted++)
            json_array_append_new(row, integer(confusion[actual * classes + predicted]));
        json_array_append_new(rows, row);
    }
    return rows;
}

static json_t *describe_importance(const struct forest_schema *schema, const double *importance) {
    json_t *object = json_object();
    for (size_t i = 0; i < schema->features && importance != NULL; i++)
        json_object_set_new(object, schema->feature[i].name, real(importance[i]));
    return object;
}

static json_t *describe_days(unsigned days) {
    return days == WINDOW_ALL ? json_null() : json_integer(days);
}

static json_t *describe_time(unix_time at) {
    char text[UNIX_TIME_TEXT];
    unix_time_format(at, text);
    return json_string(text);
}

static json_t *describe_window(const struct card *card) {
    json_t *trials = json_array();
    for (size_t i = 0; i < WINDOW_CHOICES; i++) {
        const struct window_trial *t = &card->window->trial[i];
        if (t->tried)
            json_array_append_new(trials, json_pack("{s:o, s:o, s:o, s:o, s:o}", "days", describe_days(t->days), "rows",
                                                    integer(t->rows), "log_loss", real(t->log_loss), "gain",
                                                    real(t->gain), "gain_error", real(t->error)));
    }
    return json_pack("{s:s, s:o, s:o}", "asked", card->window_setting, "days", describe_days(card->window->days),
                     "trials", trials);
}

/* As trained, after tuning; together with the settings, a training can be repeated. */
static json_t *describe_params(const struct card *card, const struct forest_info *info) {
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b}", "seed", integer(info->seed), "trees",
                     integer(info->trees), "mtry", integer(info->mtry), "min_leaf", integer(info->min_leaf),
                     "smoothing", real(info->smoothing), "max_depth", integer(card->params->max_depth), "temperature",
                     real(info->temperature), "tuned", (int)card->params->tune, "calibrated",
                     (int)card->params->calibrate);
}

static json_t *describe_prices(const struct etl_config *config) {
    json_t *prices = json_object();
    for (size_t i = 0; i < config->package_count; i++)
        json_object_set_new(prices, config->packages[i].name, real((double)config->packages[i].price / 100));
    return prices;
}

static json_t *describe_data(const struct feature_table *t) {
    return json_pack("{s:s, s:s, s:o}", "sha256", t->sha256, "train_sha256", t->train_sha256, "rows",
                     integer(t->total));
}

json_t *card_describe(const struct card *card) {
    struct forest_info info;
    const struct feature_table *t = card->table;
    forest_describe(card->forest, &info);
    json_t *holdout = describe_metrics(card->holdout);
    json_object_set_new(holdout, "confusion", describe_confusion(card->confusion, t->schema.classes));

    json_t *object = json_object();
    json_object_set_new(object, "program", json_string("leadforest " FOREST_VERSION));
    json_object_set(object, "features", json_object_get(t->document, "features"));
    json_object_set(object, "classes", json_object_get(t->document, "classes"));
    json_object_set_new(object, "currency", json_string(card->config->currency));
    json_object_set_new(object, "prices", describe_prices(card->config));
    json_object_set_new(object, "metrics",
                        json_pack("{s:o, s:o}", "holdout", holdout, "oob", describe_metrics(&info.oob)));
    json_object_set_new(object, "baselines",
                        json_pack("{s:o, s:o}", "majority", describe_metrics(&card->baselines->majority), "cells",
                                  describe_metrics(&card->baselines->frequency)));
    json_object_set_new(object, "importances",
                        json_pack("{s:o, s:o}", "impurity", describe_importance(&t->schema, info.impurity_importance),
                                  "permutation", describe_importance(&t->schema, info.permutation_importance)));
    json_object_set_new(object, "params", describe_params(card, &info));
    json_object_set_new(object, "window", describe_window(card));
    json_object_set_new(object, "trained_rows", integer(card->trained_rows));
    json_object_set_new(object, "trained_until", describe_time(t->trained_until));
    json_object_set_new(object, "holdout_from", describe_time(t->holdout_from));
    json_object_set_new(object, "data", describe_data(t));
    return object;
}
