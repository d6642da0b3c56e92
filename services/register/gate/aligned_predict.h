/*
 * aligned_predict.h - the predictions of a model for rows that were coded by another model's schema.
 *
 * Features, levels and classes are matched by name, so that two models with different ones compare correctly: a level
 * that a model does not know is unseen to it, a feature that the rows lack is missing, and a package it does not know
 * gets probability 0.
 */
#ifndef REGISTER_ALIGNED_PREDICT_H
#define REGISTER_ALIGNED_PREDICT_H

#include "libforest/forest.h"

/* Probabilities of the rows' own classes; false where memory ran out. */
bool aligned_predict(const struct forest *model, const struct forest_schema *schema,
                     const float *x /* [rows][schema->features] */, size_t rows,
                     float *prob /* [rows][schema->classes] */);

/* The most probable class of an answer; of equals, the first. */
size_t aligned_predict_best_class(const float *prob, size_t classes);

/* The most by which the probabilities of one row miss a sum of 1; NaN where one is negative or no number. */
double aligned_predict_sum_error(const float *prob /* [rows][classes] */, size_t rows, size_t classes);

#endif
