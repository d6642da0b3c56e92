/* forms.h - raw/customers.csv: what people sent in, as the form service exports it. */
#ifndef SAMPLE_FORMS_H
#define SAMPLE_FORMS_H

#include <stdio.h>

#include "services/sample/journey.h"

struct forms_count {
    uint64_t rows, repeated, broken; /* all; of them sent twice; of them beyond repair */
};

/* Write the header and every submission; false where memory ran out (write errors stay in the stream). */
bool forms_write(FILE *file, const struct sample *sample, struct forms_count *count);

#endif
