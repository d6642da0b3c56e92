/* forms.h - raw/customers.csv: the submissions, as the form service exports them. */
#ifndef SAMPLE_FORMS_H
#define SAMPLE_FORMS_H

#include <stdio.h>

#include "services/sample/journey.h"

struct forms_count {
    uint64_t rows, repeated, broken; /* all; of them sent twice; of them broken */
};

/* Write the header and every submission; false if memory ran out (the stream keeps write errors). */
bool forms_write(FILE *file, const struct sample *sample, struct forms_count *count);

#endif
