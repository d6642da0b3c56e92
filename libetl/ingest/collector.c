/* collector.c - counts each record exactly once, as accepted, duplicate or quarantined. */
#include "libetl/ingest/collector.h"

#include <stdlib.h>

#include "libetl/base/array.h"

/* How many records ahead are prefetched into the cache: about as many as main memory can load at once. */
enum { AHEAD = 8 };

bool etl_collector_begin(struct etl_collector *collector, const struct etl_config *config,
                         const struct etl_normalizer *normalizer, const struct etl_hash_key *key, size_t sources) {
    *collector = (struct etl_collector){.newest_submission = INT64_MIN, .newest_payment = INT64_MIN};
    etl_leads_begin(&collector->leads, config, normalizer, key);
    collector->sources = calloc(sources + 1, sizeof *collector->sources);
    collector->source_count = collector->sources != NULL ? sources : 0;
    return collector->sources != NULL;
}

void etl_collector_done(struct etl_collector *collector) {
    etl_leads_done(&collector->leads);
    etl_purchases_done(&collector->purchases);
    etl_idmap_done(&collector->records);
    for (size_t i = 0; i < collector->source_count; i++)
        free(collector->sources[i].rejects);
    free(collector->sources);
    *collector = (struct etl_collector){0};
}

/* Whether a record of payments is not a duplicate. */
static bool is_new(struct etl_collector *collector, uint64_t record, bool *fresh) {
    uint32_t *known = etl_idmap_at(&collector->records, record, ETL_IDMAP_NONE);
    if (known == NULL)
        return false;
    *fresh = *known == ETL_IDMAP_NONE;
    *known = 0;
    return true;
}

static void count(struct etl_collector_source *source, bool fresh) {
    source->accepted += fresh;
    source->duplicates += !fresh;
}

static void keep_newest(int64_t *newest, int64_t at, int64_t unknown) {
    if (at != unknown && at > *newest)
        *newest = at;
}

/* The facts of a duplicate are added too: that changes nothing if they are equal, and they may differ. */
static bool add_facts(struct etl_collector *collector, struct etl_collector_source *source,
                      const struct etl_payment_fact_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        const struct etl_payment_fact *e = &list->items[i];
        bool fresh = false;
        if (i + AHEAD < list->count) {
            etl_purchases_prefetch(&collector->purchases, &list->items[i + AHEAD]);
            etl_idmap_prefetch(&collector->records, list->items[i + AHEAD].record);
        }
        if ((e->record != 0 && !is_new(collector, e->record, &fresh)) || !etl_purchases_add(&collector->purchases, e))
            return false;
        if (e->record != 0)
            count(source, fresh);
        collector->payments += fresh;
        if ((e->flags & ETL_FACT_PAID) != 0)
            keep_newest(&collector->newest_payment, e->at, ETL_FACT_NO_TIME);
    }
    return true;
}

static bool add_submissions(struct etl_collector *collector, struct etl_collector_source *source,
                            const struct etl_submission_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        const struct etl_submission *s = &list->items[i];
        bool fresh;
        if (i + AHEAD < list->count)
            etl_leads_prefetch(&collector->leads, &list->items[i + AHEAD]);
        if (!etl_leads_add(&collector->leads, list, s, &fresh))
            return false;
        count(source, fresh);
        source->bad_ids += fresh && s->bad_id;
        collector->submissions += fresh;
        keep_newest(&collector->newest_submission, s->at, ETL_FORM_NO_DATE);
    }
    return true;
}

static bool add_rejects(struct etl_collector_source *source, const struct etl_record_batch *batch) {
    size_t count = source->quarantined + batch->reject_count;
    if (!etl_array_reserve(&source->rejects, &source->reject_capacity, count, sizeof *source->rejects))
        return false;
    for (size_t i = 0; i < batch->reject_count; i++) {
        source->rejects[source->quarantined++] = batch->rejects[i];
        source->reasons[batch->rejects[i].reason]++;
    }
    return true;
}

bool etl_collector_add(struct etl_collector *collector, size_t number, const struct etl_record_batch *batch) {
    struct etl_collector_source *source = &collector->sources[number];
    source->read += batch->read;
    return add_facts(collector, source, &batch->facts) && add_submissions(collector, source, &batch->submissions) &&
           add_rejects(source, batch);
}

bool etl_collector_is_balanced(const struct etl_collector_source *source) {
    return source->read == source->accepted + source->quarantined + source->duplicates;
}
