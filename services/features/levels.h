/*
 * levels.h - the values of a categorical feature that the model will know.
 *
 * The configuration's levels that occur before the hold-out come first, in its order; then other values
 * that occur often enough before it (a form may offer more than the configuration knows), bytewise.
 */
#ifndef FEATURES_LEVELS_H
#define FEATURES_LEVELS_H

#include "services/features/split.h"

struct level_limits {
    size_t least_rows; /* that a value the configuration does not know must have */
    size_t most;       /* such values; of more, the most frequent are kept */
};

struct levels {
    size_t count;
    const char **name; /* [count], borrowed from the purchases */
    int32_t *of_value; /* [1 + distinct values] level of a feature_value; -1: none. [0] is not used */
};

bool levels_choose(struct levels *out, const struct purchases *p, const struct split *split, size_t feature,
                   const struct level_limits *limits, struct file_error *err);
void levels_done(struct levels *levels); /* fine on zeroes */

#endif
