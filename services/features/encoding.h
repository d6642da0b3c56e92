/* encoding.h - which features the model gets, and the number of each of their values. */
#ifndef FEATURES_ENCODING_H
#define FEATURES_ENCODING_H

#include "services/features/vocabulary.h"

struct encoded_feature {
    size_t place; /* in the configuration, and in the purchases */
    bool numeric;
    struct vocabulary vocabulary; /* of a categorical feature */
};

struct encoding {
    size_t features;
    struct encoded_feature *feature; /* [features] */
};

/* A feature without a value before the hold-out is left out, with a warning: nothing could be learned from it. */
MUST_CHECK bool encoding_choose(struct encoding *out, const struct training_rows *p, const struct split *split,
                                const struct vocabulary_limits *limits, struct error *err);
void encoding_done(struct encoding *encoding); /* fine on zeroes */

/* Codes sort as the values do: missing, unseen, levels or numbers in order. */
enum { CODE_MISSING, CODE_UNSEEN, CODE_FIRST_LEVEL };
uint32_t encoding_code(const struct encoded_feature *feature, feature_value value);

#endif
