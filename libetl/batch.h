/* batch.h - what the readers of intake.h need of a batch while they fill it. */
#ifndef LIBETL_BATCH_H
#define LIBETL_BATCH_H

#include "libetl/intake.h"

/* Count a record as refused; false where memory ends. */
bool batch_refuse(struct batch *batch, struct text file, const char *at, const char *end, enum refusal why);

/* Keep a copy of a text as long as the batch's contents; NULL where memory ends. */
const char *batch_keep(struct batch *batch, struct text text);

/* Keep what the newest submission borrows, which is about to go; false where memory ends. */
bool batch_keep_submission(struct batch *batch, size_t features);

#endif
