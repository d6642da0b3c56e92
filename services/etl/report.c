/* report.c - the counts as JSON. */
#include "services/etl/report.h"

static json_t *count(uint64_t number) {
    return json_integer((json_int_t)number);
}

/* Counts of accepted records with a part that was not accepted; NULL if there are none. */
static json_t *warnings_json(const struct etl_collector_source *source) {
    return source->bad_ids > 0
               ? json_pack("{s:o}", "accepted by e-mail address: invalid lead id", count(source->bad_ids))
               : NULL;
}

/* pending: bytes that were not read yet, usually none (see sources.h). */
static json_t *source_json(const struct etl_collector_source *source, uint64_t pending) {
    json_t *reasons = json_object();
    for (size_t i = 0; i < ETL_REJECT_COUNT; i++)
        if (source->reasons[i] > 0)
            json_object_set_new(reasons, etl_reject_reason_text((enum etl_reject_reason)i), count(source->reasons[i]));
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o*, s:o*}", "read", count(source->read), "accepted",
                     count(source->accepted), "quarantined", count(source->quarantined), "duplicates",
                     count(source->duplicates), "reasons", reasons, "warnings", warnings_json(source), "pending_bytes",
                     pending > 0 ? count(pending) : NULL);
}

static json_t *sources_json(const struct etl_collector *collector, const struct sources *sources) {
    json_t *all = json_object();
    for (size_t i = 0; i < sources->count; i++)
        json_object_set_new(all, sources->items[i].name,
                            source_json(&collector->sources[i], sources->items[i].pending));
    return all;
}

static json_t *purchases_json(const struct etl_dataset *dataset) {
    json_t *excluded = json_object();
    for (size_t i = ETL_STATUS_VALID + 1; i < ETL_STATUS_COUNT; i++)
        if (dataset->status_counts[i] > 0)
            json_object_set_new(excluded, etl_purchase_status_text((enum etl_purchase_status)i),
                                count(dataset->status_counts[i]));
    return json_pack("{s:o, s:o, s:o, s:o}", "found", count(dataset->found), "labelled", count(dataset->labelled),
                     "excluded", excluded, "before_lead", count(dataset->before_lead));
}

static json_t *check_json(const struct check *check) {
    return json_pack("{s:s, s:s, s:b, s:f, s:f, s:s}", "name", check->name, "severity",
                     check->severity == CHECK_ERROR ? "error" : "warning", "passed", check->passed, "value",
                     check->value, "limit", check->limit, "text", check->text);
}

static json_t *checks_json(const struct checks *checks) {
    json_t *all = json_array();
    for (size_t i = 0; i < checks->count; i++)
        if (!checks->items[i].time_dependent)
            json_array_append_new(all, check_json(&checks->items[i]));
    return all;
}

static json_t *newest_json(int64_t at) {
    char text[UNIX_TIME_TEXT];
    if (at == INT64_MIN)
        return json_null();
    unix_time_format(at, text);
    return json_string(text);
}

json_t *report_make(const struct etl_collector *collector, const struct sources *sources,
                    const struct etl_dataset *dataset, const struct checks *checks) {
    return json_pack("{s:o, s:o, s:{s:o, s:o}, s:{s:o, s:o}, s:o}", "sources", sources_json(collector, sources),
                     "purchases", purchases_json(dataset), "rows", "train", count(dataset->labelled), "leads",
                     count(dataset->count - dataset->labelled), "newest", "submission",
                     newest_json(collector->newest_submission), "payment", newest_json(collector->newest_payment),
                     "checks", checks_json(checks));
}
