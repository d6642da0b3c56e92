/*
 * collector.h - puts batches together: counts every record and hands evidence and submissions to their stores.
 *
 * A record is accepted when it is the first of its kind, a duplicate when one like it was accepted before
 * (from any source), or quarantined.  Nothing else can become of it: etl_collector_is_balanced says so for a source.
 */
#ifndef LIBETL_COLLECTOR_H
#define LIBETL_COLLECTOR_H

#include "libetl/ingest/reader.h"
#include "libetl/join/leads.h"
#include "libetl/join/purchases.h"

/* What became of a file's records. */
struct etl_collector_source {
    uint64_t read, accepted, duplicates, quarantined;
    uint64_t reasons[ETL_REJECT_COUNT];
    uint64_t bad_ids; /* accepted submissions that are known by their address, as their lead id is none (form.h) */
    struct etl_reject *rejects; /* [quarantined]: of its records, in their order if batches came so */
    size_t reject_capacity;
};

struct etl_collector {
    struct etl_leads leads;
    struct etl_purchases purchases;
    struct etl_idmap records;             /* of all accepted records of payments */
    struct etl_collector_source *sources; /* [source_count] */
    size_t source_count;
    uint64_t submissions, payments;            /* accepted records of either sort */
    int64_t newest_submission, newest_payment; /* INT64_MIN: none */
};

/* Config, normalizer and key are borrowed.  False where memory ends. */
bool etl_collector_begin(struct etl_collector *collector, const struct etl_config *config,
                         const struct etl_normalizer *normalizer, const struct etl_hash_key *key, size_t sources);
bool etl_collector_add(struct etl_collector *collector, size_t source, const struct etl_record_batch *batch);
void etl_collector_done(struct etl_collector *collector); /* fine on zeroes */

/* read = accepted + quarantined + duplicates. */
bool etl_collector_is_balanced(const struct etl_collector_source *source);

#endif
