/* payments.h - raw/transactions.json: the journeys of all buyers, written by a layout, one JSON object per line. */
#ifndef SAMPLE_PAYMENTS_H
#define SAMPLE_PAYMENTS_H

#include <stdio.h>

#include "services/sample/journey.h"

struct payments_count {
    uint64_t lines, repeated; /* all; of them delivered twice */
};

/* Write and count every journey; false if memory ran out (the stream keeps write errors). */
bool payments_write(FILE *file, const struct sample *sample, bool compact, struct journey_tally *tally,
                    struct payments_count *count);

#endif
