/* record_sink.c - gathers records and brings them to disk before the cursor passes them. */
#include "services/sync/record_sink.h"

#include <stdlib.h>
#include <string.h>

#include "services/sync/inbox.h"

static bool put(struct record_sink *sink, const char *text, size_t size) {
    if (size > sink->capacity - sink->size) {
        size_t capacity = sink->capacity * 2 + size + 4096;
        char *lines = realloc(sink->lines, capacity);
        if (lines == NULL)
            return false;
        sink->lines = lines;
        sink->capacity = capacity;
    }
    memcpy(sink->lines + sink->size, text, size);
    sink->size += size;
    return true;
}

static bool put_record(struct record_sink *sink, const char *body) {
    char before[80], time_text[UNIX_TIME_TEXT];
    unix_time_format(sink->at, time_text);
    int n = snprintf(before, sizeof before, "{\"received_at\":\"%s\",\"body\":", time_text);
    size_t size_before = sink->size;
    if (put(sink, before, (size_t)n) && put(sink, body, strlen(body)) && put(sink, "}\n", 2)) {
        sink->counts.records++;
        sink->counts.appended++;
        return true;
    }
    sink->size = size_before;
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
    if (sink->size > 0 && !inbox_append(sink->data, sink->inbox, sink->at, sink->lines, sink->size, err))
        return false;
    sink->size = 0;
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
    free(sink->lines);
    json_decref(sink->counts.skipped);
    *sink = (struct record_sink){0};
}
