/*
 * gather.h - puts batches together: counts every record and hands evidence and submissions to their stores.
 *
 * A record is accepted when it is the first of its kind, a duplicate when one like it was accepted before
 * (from any source), or quarantined.  Nothing else can become of it: gather_balances says so for a source.
 */
#ifndef LIBETL_GATHER_H
#define LIBETL_GATHER_H

#include "libetl/intake.h"
#include "libetl/leads.h"
#include "libetl/purchases.h"

/* What became of a file's records. */
struct gather_source {
    uint64_t read, accepted, duplicates, quarantined;
    uint64_t reasons[REFUSAL_COUNT];
    uint64_t bad_ids; /* accepted submissions that are known by their address, as their lead id is none (form.h) */
    struct intake_refusal *refusals; /* [quarantined]: of its records, in their order if batches came so */
    size_t refusal_capacity;
};

struct gather {
    struct leads leads;
    struct purchases purchases;
    struct idmap records;          /* of all accepted records of payments */
    struct gather_source *sources; /* [source_count] */
    size_t source_count;
    uint64_t submissions, payments;            /* accepted records of either sort */
    int64_t newest_submission, newest_payment; /* INT64_MIN: none */
};

/* The seed is that of hashes in memory, drawn anew by every program.  False where memory ends. */
bool gather_begin(struct gather *gather, const struct config *config, const struct vocabulary *vocabulary,
                  uint64_t seed, size_t sources);
bool gather_batch(struct gather *gather, size_t source, const struct batch *batch);
void gather_done(struct gather *gather); /* fine on zeroes */

/* read = accepted + quarantined + duplicates. */
bool gather_balances(const struct gather_source *source);

#endif
