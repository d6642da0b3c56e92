/* ground_truth.h - raw/truth.json: the distribution of the data, and what the ETL must find in them. */
#ifndef SAMPLE_GROUND_TRUTH_H
#define SAMPLE_GROUND_TRUTH_H

#include <jansson.h>

#include "services/sample/forms.h"
#include "services/sample/payments.h"

struct ground_truth {
    const struct sample *sample;
    struct journey_tally tally;
    struct forms_count forms;
    struct payments_count payments;
};

json_t *ground_truth_json(const struct ground_truth *truth);   /* the file; the caller owns it */
json_t *ground_truth_counts(const struct ground_truth *truth); /* only its counts, for the result line */

#endif
