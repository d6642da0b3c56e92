/*
 * comparison.h - a challenger and the champion on the rows of the current hold-out.
 *
 * The rows are coded by the current schema; each model is asked by the names of features, levels and
 * classes, so that two models with different ones compare correctly: a level that a model does not know is
 * unseen to it, a feature that the rows lack is missing, and a package it does not know gets probability 0.
 */
#ifndef REGISTER_COMPARISON_H
#define REGISTER_COMPARISON_H

#include "services/common/feature_table.h"
#include "services/common/paired.h"

struct comparison {
    struct forest_metrics challenger, champion;
    struct paired gain;              /* the champion's log-loss less the challenger's */
    char holdout_sha256[SHA256_HEX]; /* of the rows used */
};

/* champion NULL: there is none, its metrics and the gain stay zero. */
bool comparison_make(struct comparison *out, const struct feature_table *table, const struct forest *challenger,
                     const struct forest *champion, struct file_error *err);

#endif
