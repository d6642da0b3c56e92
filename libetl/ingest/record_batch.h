/* record_batch.h - functions with which the readers of reader.h fill a batch. */
#ifndef LIBETL_RECORD_BATCH_H
#define LIBETL_RECORD_BATCH_H

#include "libetl/ingest/reader.h"

/* Count a record as rejected; false if memory runs out. */
bool etl_record_batch_reject(struct etl_record_batch *batch, struct etl_text file, const char *at, const char *end,
                             enum etl_reject_reason reason);

/* Keep a copy of a text as long as the batch's contents; NULL if memory runs out. */
const char *etl_record_batch_keep(struct etl_record_batch *batch, struct etl_text text);

/* Copy the texts that the newest submission borrows, because they will be overwritten; false if memory runs out. */
bool etl_record_batch_keep_submission(struct etl_record_batch *batch, size_t features);

#endif
