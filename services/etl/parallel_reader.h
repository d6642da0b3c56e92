/*
 * parallel_reader.h - reads sources in chunks, several threads side by side, and gathers them in order.
 *
 * One thread at a time gathers: whoever finds the next chunk read.  The others read ahead, a few chunks each.
 *
 * A chunk probably begins with a line, or where records of an array follow each other as its first two do.
 * One that begins where it was guessed to is gathered as it was read; where the guess was wrong (a line end
 * within quotes) it is read again from the right place.  So the outcome is that of one thread.
 */
#ifndef ETL_PARALLEL_READER_H
#define ETL_PARALLEL_READER_H

#include "libetl/ingest/collector.h"
#include "services/common/worker/progress.h"
#include "services/etl/sources.h"

struct parallel_reader {
    const struct etl_reader *reader;
    struct etl_collector *collector;
    struct progress *progress; /* in bytes; NULL: none */
    uint64_t done;             /* bytes of the sources before */
    unsigned threads;
};

/* Read and gather an open source, number `number` of the gathering; false and err where that is impossible. */
MUST_CHECK bool parallel_reader_run(struct parallel_reader *parallel, const struct source *source, size_t number,
                                    struct error *err);

#endif
