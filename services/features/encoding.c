/* encoding.c - chooses the model's features and assigns numbers to their values. */
#include "services/features/encoding.h"

#include <stdlib.h>

#include "services/common/worker/log.h"

static bool has_number(const struct training_rows *p, const struct split *split, size_t place) {
    for (size_t i = 0; i < split->holdout; i++)
        if (p->value[split->order[i] * p->config->feature_count + place] != 0)
            return true;
    return false;
}

static bool choose_feature(struct encoded_feature *out, const struct training_rows *p, const struct split *split,
                           size_t place, const struct vocabulary_limits *limits, bool *useful, struct error *err) {
    *out = (struct encoded_feature){.place = place, .numeric = p->config->features[place].numeric};
    if (out->numeric) {
        *useful = has_number(p, split, place);
        return true;
    }
    bool done = vocabulary_choose(&out->vocabulary, p, split, place, limits, err);
    *useful = out->vocabulary.count > 0;
    return done;
}

bool encoding_choose(struct encoding *out, const struct training_rows *p, const struct split *split,
                     const struct vocabulary_limits *limits, struct error *err) {
    size_t declared = p->config->feature_count;
    struct encoding encoding = {.feature = calloc(declared + 1, sizeof *encoding.feature)};
    bool done = encoding.feature != NULL;
    if (!done)
        error_set_errno(err, "encode", "features");
    for (size_t i = 0; i < declared && done; i++) {
        bool useful = false;
        struct encoded_feature *feature = &encoding.feature[encoding.features];
        done = choose_feature(feature, p, split, i, limits, &useful, err);
        if (done && useful) {
            encoding.features++;
            continue;
        }
        vocabulary_done(&feature->vocabulary);
        if (done)
            log_event(LOG_WARN, "feature left out", "%s has no value before the hold-out", p->config->features[i].name);
    }
    if (done && encoding.features == 0)
        done = error_set(err, "no feature of the configuration has a value before the hold-out");
    if (done)
        *out = encoding;
    else
        encoding_done(&encoding);
    return done;
}

void encoding_done(struct encoding *encoding) {
    for (size_t i = 0; i < encoding->features; i++)
        vocabulary_done(&encoding->feature[i].vocabulary);
    free(encoding->feature);
    *encoding = (struct encoding){0};
}

uint32_t encoding_code(const struct encoded_feature *feature, feature_value value) {
    if (feature->numeric || value == 0)
        return value; /* missing is 0 in both, and no number's bits are 1 */
    int32_t level = feature->vocabulary.of_value[value];
    return level < 0 ? CODE_UNSEEN : CODE_FIRST_LEVEL + (uint32_t)level;
}
