/*
 * parallel_reader.h - reads sources in chunks with several threads, and collects the results in order.
 *
 * One thread at a time collects: the one that finds the next chunk ready.  The others read ahead, a few chunks each.
 *
 * The start of a chunk is guessed: the start of a line, or the bytes between two records of an array.  If the guess
 * was right, the chunk is collected as it was read; if it was wrong (a line end within quotes), the chunk is read
 * again from the right place.  So the result is that of one thread.
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
    uint64_t done;             /* bytes of the earlier sources */
    unsigned threads;
};

/* Read and collect an open source, which has this number in the collector. False and err if that fails. */
MUST_CHECK bool parallel_reader_run(struct parallel_reader *parallel, const struct source *source, size_t number,
                                    struct error *err);

#endif
