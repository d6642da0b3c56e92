/*
 * vocabulary.h - the values of a categorical feature that the model will know.
 *
 * The configuration's levels that occur before the hold-out come first, in its order; then other values
 * that occur often enough before it (a form may offer more than the configuration knows), bytewise.
 */
#ifndef FEATURES_VOCABULARY_H
#define FEATURES_VOCABULARY_H

#include "services/features/split.h"

struct vocabulary_limits {
    size_t min_rows; /* that a value the configuration does not know must have */
    size_t max;      /* at most so many such values: the most frequent */
};

struct vocabulary {
    size_t count;
    const char **name; /* [count], borrowed from the purchases */
    int32_t *of_value; /* [1 + distinct values] level of a feature_value; -1: none. [0] is not used */
};

MUST_CHECK bool vocabulary_choose(struct vocabulary *out, const struct training_rows *p, const struct split *split,
                                  size_t feature, const struct vocabulary_limits *limits, struct error *err);
void vocabulary_done(struct vocabulary *vocabulary); /* fine on zeroes */

#endif
