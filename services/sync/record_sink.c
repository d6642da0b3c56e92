/* record_sink.c - collects records and appends them durably before the cursor moves past them. */
#include "services/sync/record_sink.h"

#include <stdlib.h>
#include <string.h>

#include "services/sync/inbox.h"

static bool put_record(struct record_sink *sink, const char *body) {
    char time_text[UNIX_TIME_TEXT];
    size_t size_before = sink->lines.size;
    unix_time_format(sink->at, time_text);
    strbuf_printf(&sink->lines, "{\"received_at\":\"%s\",\"body\":", time_text);
    strbuf_puts(&sink->lines, body);
    strbuf_puts(&sink->lines, "}\n");
    if (strbuf_ok(&sink->lines)) {
        sink->counts.records++;
        sink->counts.appended++;
        return true;
    }
    strbuf_truncate(&sink->lines, size_before);
    return false;
}

bool record_sink_is_duplicate(struct record_sink *sink, uint64_t hash) {
    bool duplicate = dedup_cache_has(&sink->cursor.cache, hash);
    dedup_cache_add(&sink->cursor.cache, hash);
    sink->counts.records += duplicate;
    sink->counts.duplicates += duplicate;
    return duplicate;
}

bool record_sink_add(struct record_sink *sink, const json_t *body, enum record_sink_dedup dedup, struct error *err) {
    char *text = json_dumps(body, JSON_COMPACT | JSON_REAL_PRECISION(17));
    bool duplicate = text != NULL && dedup == RECORD_SINK_DEDUP &&
                     record_sink_is_duplicate(sink, dedup_cache_hash(text, strlen(text)));
    bool done = text != NULL && (duplicate || put_record(sink, text));
    free(text);
    return done || error_set(err, "a record: out of memory");
}

void record_sink_skip(struct record_sink *sink, const char *reason) {
    if (sink->counts.skipped == NULL)
        sink->counts.skipped = json_object();
    json_int_t before = json_integer_value(json_object_get(sink->counts.skipped, reason));
    json_object_set_new(sink->counts.skipped, reason, json_integer(before + 1));
    sink->counts.records++;
}

bool record_sink_commit(struct record_sink *sink, struct error *err) {
    const struct strbuf *lines = &sink->lines;
    if (lines->size > 0 && !inbox_append(sink->volume, sink->inbox, sink->at, lines->at, lines->size, err))
        return false;
    strbuf_clear(&sink->lines);
    return cursor_save(&sink->cursor, err);
}

json_t *record_sink_counts(const struct record_sink *sink) {
    json_t *counts = json_pack("{s:I, s:I, s:I, s:I}", "pages", (json_int_t)sink->counts.pages, "records",
                               (json_int_t)sink->counts.records, "appended", (json_int_t)sink->counts.appended, "known",
                               (json_int_t)sink->counts.duplicates);
    if (sink->counts.skipped != NULL)
        json_object_set(counts, "skipped", sink->counts.skipped);
    return counts;
}

void record_sink_done(struct record_sink *sink) {
    cursor_done(&sink->cursor);
    strbuf_done(&sink->lines);
    json_decref(sink->counts.skipped);
    *sink = (struct record_sink){0};
}
