/* gather.c - one record, one fate. */
#include "libetl/gather.h"

#include <stdlib.h>

#include "libetl/array.h"

/* So many records ahead are fetched into the cache: about as many as main memory serves at once. */
enum { AHEAD = 8 };

bool gather_begin(struct gather *gather, const struct config *config, const struct vocabulary *vocabulary,
                  uint64_t seed, size_t sources) {
    *gather = (struct gather){.newest_submission = INT64_MIN, .newest_payment = INT64_MIN};
    leads_begin(&gather->leads, config, vocabulary, seed);
    gather->sources = calloc(sources + 1, sizeof *gather->sources);
    gather->source_count = gather->sources != NULL ? sources : 0;
    return gather->sources != NULL;
}

void gather_done(struct gather *gather) {
    leads_done(&gather->leads);
    purchases_done(&gather->purchases);
    idmap_done(&gather->records);
    for (size_t i = 0; i < gather->source_count; i++)
        free(gather->sources[i].refusals);
    free(gather->sources);
    *gather = (struct gather){0};
}

/* Whether a record of payments is the first of its kind. */
static bool is_new(struct gather *gather, uint64_t record, bool *fresh) {
    uint32_t *known = idmap_at(&gather->records, record, IDMAP_NONE);
    if (known == NULL)
        return false;
    *fresh = *known == IDMAP_NONE;
    *known = 0;
    return true;
}

static void count(struct gather_source *source, bool fresh) {
    source->accepted += fresh;
    source->duplicates += !fresh;
}

static void keep_newest(int64_t *newest, int64_t at, int64_t unknown) {
    if (at != unknown && at > *newest)
        *newest = at;
}

/* Evidence of a duplicate is laid down too: that changes nothing, and it need not be the very same. */
static bool take_evidence(struct gather *gather, struct gather_source *source, const struct evidence_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        const struct evidence *e = &list->items[i];
        bool fresh = false;
        if (i + AHEAD < list->count) {
            purchases_prefetch(&gather->purchases, &list->items[i + AHEAD]);
            idmap_prefetch(&gather->records, list->items[i + AHEAD].record);
        }
        if ((e->record != 0 && !is_new(gather, e->record, &fresh)) || !purchases_add(&gather->purchases, e))
            return false;
        if (e->record != 0)
            count(source, fresh);
        gather->payments += fresh;
        if ((e->flags & EVIDENCE_PAID) != 0)
            keep_newest(&gather->newest_payment, e->at, EVIDENCE_NO_TIME);
    }
    return true;
}

static bool take_submissions(struct gather *gather, struct gather_source *source, const struct submission_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        const struct submission *s = &list->items[i];
        bool fresh;
        if (i + AHEAD < list->count)
            leads_prefetch(&gather->leads, &list->items[i + AHEAD]);
        if (!leads_add(&gather->leads, list, s, &fresh))
            return false;
        count(source, fresh);
        source->bad_ids += fresh && s->bad_id;
        gather->submissions += fresh;
        keep_newest(&gather->newest_submission, s->at, FORM_NO_DATE);
    }
    return true;
}

static bool take_refusals(struct gather_source *source, const struct batch *batch) {
    size_t count = source->quarantined + batch->refusal_count;
    if (!array_reserve(&source->refusals, &source->refusal_capacity, count, sizeof *source->refusals))
        return false;
    for (size_t i = 0; i < batch->refusal_count; i++) {
        source->refusals[source->quarantined++] = batch->refusals[i];
        source->reasons[batch->refusals[i].why]++;
    }
    return true;
}

bool gather_batch(struct gather *gather, size_t number, const struct batch *batch) {
    struct gather_source *source = &gather->sources[number];
    source->read += batch->read;
    return take_evidence(gather, source, &batch->evidence) && take_submissions(gather, source, &batch->submissions) &&
           take_refusals(source, batch);
}

bool gather_balances(const struct gather_source *source) {
    return source->read == source->accepted + source->quarantined + source->duplicates;
}
