/*
 * quarantine.h - processed/quarantine.ndjson: the place and reasons of every rejected record, without its text.
 *
 * {"file":"customers.csv","line":12,"offset":345,"length":67,"reasons":["a date that is not readable, such as
 * 2026-01-31 10:20 is"]}
 *
 * file is below raw/; offset and length are in bytes.  The text stays in raw/, where quarantine_show finds it.
 */
#ifndef ETL_QUARANTINE_H
#define ETL_QUARANTINE_H

#include "libetl/ingest/collector.h"
#include "services/etl/sources.h"

MUST_CHECK bool quarantine_write(const struct etl_collector *collector, struct sources *sources,
                                 const struct volume *volume, const char *name, struct error *err);

/* Print the text of record `number` (1 is the first line) as it is in raw/, to stdout. */
MUST_CHECK bool quarantine_show(const struct volume *volume, uint64_t number, struct error *err);

#endif
