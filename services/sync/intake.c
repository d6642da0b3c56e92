/* intake.c - gathers records and brings them to disk before the cursor passes them. */
#include "services/sync/intake.h"

#include <stdlib.h>
#include <string.h>

#include "services/sync/inbox.h"

static bool put(struct intake *intake, const char *text, size_t size) {
    if (size > intake->room - intake->size) {
        size_t room = intake->room * 2 + size + 4096;
        char *lines = realloc(intake->lines, room);
        if (lines == NULL)
            return false;
        intake->lines = lines;
        intake->room = room;
    }
    memcpy(intake->lines + intake->size, text, size);
    intake->size += size;
    return true;
}

static bool put_record(struct intake *intake, const char *body) {
    char before[80], moment_text[CLOCK_TEXT];
    clock_format(intake->at, moment_text);
    int n = snprintf(before, sizeof before, "{\"received_at\":\"%s\",\"body\":", moment_text);
    size_t kept = intake->size;
    if (put(intake, before, (size_t)n) && put(intake, body, strlen(body)) && put(intake, "}\n", 2)) {
        intake->counts.records++;
        intake->counts.appended++;
        return true;
    }
    intake->size = kept;
    return false;
}

bool intake_known(struct intake *intake, uint64_t hash) {
    bool known = seen_has(&intake->cursor.seen, hash);
    seen_add(&intake->cursor.seen, hash);
    intake->counts.records += known;
    intake->counts.known += known;
    return known;
}

bool intake_record(struct intake *intake, const json_t *body, enum intake_memory memory, struct file_error *err) {
    char *text = json_dumps(body, JSON_COMPACT | JSON_REAL_PRECISION(17));
    bool known = text != NULL && memory == INTAKE_REMEMBER && intake_known(intake, seen_hash(text, strlen(text)));
    bool done = text != NULL && (known || put_record(intake, text));
    free(text);
    return done || file_error_say(err, "a record: out of memory");
}

void intake_skip(struct intake *intake, const char *reason) {
    if (intake->counts.skipped == NULL)
        intake->counts.skipped = json_object();
    json_int_t before = json_integer_value(json_object_get(intake->counts.skipped, reason));
    json_object_set_new(intake->counts.skipped, reason, json_integer(before + 1));
    intake->counts.records++;
}

bool intake_commit(struct intake *intake, struct file_error *err) {
    if (intake->size > 0 && !inbox_append(intake->data, intake->inbox, intake->at, intake->lines, intake->size, err))
        return false;
    intake->size = 0;
    return cursor_save(&intake->cursor, err);
}

json_t *intake_counts(const struct intake *intake) {
    json_t *counts = json_pack("{s:I, s:I, s:I, s:I}", "pages", (json_int_t)intake->counts.pages, "records",
                               (json_int_t)intake->counts.records, "appended", (json_int_t)intake->counts.appended,
                               "known", (json_int_t)intake->counts.known);
    if (intake->counts.skipped != NULL)
        json_object_set(counts, "skipped", intake->counts.skipped);
    return counts;
}

void intake_done(struct intake *intake) {
    cursor_done(&intake->cursor);
    free(intake->lines);
    json_decref(intake->counts.skipped);
    *intake = (struct intake){0};
}
