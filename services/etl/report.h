/*
 * report.h - processed/report.json: what happened to every record and every purchase.
 *
 *   {"sources":{"customers.csv":{"read":10,"accepted":8,"quarantined":1,"duplicates":1,"reasons":{...}},...},
 *    (and "warnings":{...}, of accepted ones, and "pending_bytes" where there are any)
 *    "purchases":{"found":5,"labelled":3,"excluded":{"refunded in full":2},"before_lead":0},
 *    "rows":{"train":3,"leads":7},
 *    "newest":{"submission":"2026-01-31T10:20:30Z","payment":null},
 *    "checks":[{"name","severity","passed","value","limit","text"},...]}
 */
#ifndef ETL_REPORT_H
#define ETL_REPORT_H

#include <jansson.h>

#include "libetl/ingest/collector.h"
#include "libetl/join/dataset.h"
#include "services/etl/checks.h"
#include "services/etl/sources.h"

/* The report; the caller decrefs it. */
json_t *report_make(const struct etl_collector *collector, const struct sources *sources,
                    const struct etl_dataset *dataset, const struct checks *checks);

#endif
