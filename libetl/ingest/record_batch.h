/* record_batch.h - what the readers of reader.h need of a batch while they fill it. */
#ifndef LIBETL_RECORD_BATCH_H
#define LIBETL_RECORD_BATCH_H

#include "libetl/ingest/reader.h"

/* Count a record as refused; false where memory ends. */
bool etl_record_batch_reject(struct etl_record_batch *batch, struct etl_text file, const char *at, const char *end,
                             enum etl_reject_reason reason);

/* Keep a copy of a text as long as the batch's contents; NULL where memory ends. */
const char *etl_record_batch_keep(struct etl_record_batch *batch, struct etl_text text);

/* Keep what the newest submission borrows, which is about to go; false where memory ends. */
bool etl_record_batch_keep_submission(struct etl_record_batch *batch, size_t features);

#endif
