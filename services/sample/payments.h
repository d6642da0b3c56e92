/* payments.h - raw/transactions.json: the stories of all buyers, written down by a layout, one JSON object a line. */
#ifndef SAMPLE_PAYMENTS_H
#define SAMPLE_PAYMENTS_H

#include <stdio.h>

#include "services/sample/journey.h"

struct payments_count {
    uint64_t lines, repeated; /* all; of them delivered twice */
};

/* Write every story and judge it; false where memory ran out (write errors stay in the stream). */
bool payments_write(FILE *file, const struct sample *sample, bool compact, struct journey_tally *tally,
                    struct payments_count *count);

#endif
