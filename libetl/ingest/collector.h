/*
 * collector.h - merges batches: counts every record, and adds payment facts and submissions to their stores.
 *
 * A record is accepted, or a duplicate if an equal one was accepted before (from any source), or quarantined.
 * etl_collector_is_balanced checks for a source that nothing else happened.
 */
#ifndef LIBETL_COLLECTOR_H
#define LIBETL_COLLECTOR_H

#include "libetl/ingest/reader.h"
#include "libetl/join/leads.h"
#include "libetl/join/purchases.h"

/* What happened to a file's records. */
struct etl_collector_source {
    uint64_t read, accepted, duplicates, quarantined;
    uint64_t reasons[ETL_REJECT_COUNT];
    uint64_t bad_ids;           /* accepted submissions with an invalid lead id, identified by their address (form.h) */
    struct etl_reject *rejects; /* [quarantined]: in the order of the records, if batches are added in order */
    size_t reject_capacity;
};

struct etl_collector {
    struct etl_leads leads;
    struct etl_purchases purchases;
    struct etl_idmap records;             /* of all accepted records of payments */
    struct etl_collector_source *sources; /* [source_count] */
    size_t source_count;
    uint64_t submissions, payments;            /* accepted records of both kinds */
    int64_t newest_submission, newest_payment; /* INT64_MIN: none */
};

/* Config, normalizer and key are borrowed.  False if memory runs out. */
bool etl_collector_begin(struct etl_collector *collector, const struct etl_config *config,
                         const struct etl_normalizer *normalizer, const struct etl_hash_key *key, size_t sources);
bool etl_collector_add(struct etl_collector *collector, size_t source, const struct etl_record_batch *batch);
void etl_collector_done(struct etl_collector *collector); /* a zeroed struct is fine */

/* read = accepted + quarantined + duplicates. */
bool etl_collector_is_balanced(const struct etl_collector_source *source);

#endif
