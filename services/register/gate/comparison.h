/* comparison.h - two models measured on the same rows: each alone, row by row against each other, and by slices. */
#ifndef REGISTER_COMPARISON_H
#define REGISTER_COMPARISON_H

#include "services/common/util/paired_diff.h"
#include "services/register/gate/holdout.h"

/* Two models on the same rows. */
struct comparison_rows {
    size_t rows, classes, slices;
    const uint16_t *label;
    const uint32_t *weight;
    const uint32_t *slice;         /* [rows], below `slices`, or COMPARISON_NO_SLICE; unused where slices is 0 */
    const char *const *slice_name; /* [slices], borrowed by what is made of it */
    const float *challenger;       /* [rows][classes] probabilities */
    const float *champion;         /* the same; NULL: there is none */
};
#define COMPARISON_NO_SLICE UINT32_MAX

/* The rows of one level of the sliced feature. */
struct comparison_slice {
    const char *name;
    uint64_t rows;
    double log_loss, accuracy; /* the challenger's */
    struct paired_diff gain;
};

struct comparison {
    struct forest_metrics challenger, champion;
    struct paired_diff gain;         /* the champion's log-loss less the challenger's */
    char holdout_sha256[SHA256_HEX]; /* of the rows used */
    size_t slices;
    struct comparison_slice *slice; /* [slices] */
};

/* Measure answers; without a champion its metrics and the gains stay zero. The hash stays empty.
 * false where memory ran out; *out is then left alone. */
bool comparison_measure(struct comparison *out, const struct comparison_rows *rows);

/* Ask both models (champion may be NULL) about the table's hold-out and score what they say. slice_feature is the
 * number of a categorical feature, or SIZE_MAX. */
MUST_CHECK bool comparison_make(struct comparison *out, const struct feature_table *table,
                                const struct forest *challenger, const struct forest *champion, size_t slice_feature,
                                struct error *err);
void comparison_done(struct comparison *comparison); /* fine on zeroes */

#endif
