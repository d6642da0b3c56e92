/* quarantine.c - writes where rejected records are, and prints one of them. */
#include "services/etl/quarantine.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"

/* ---- writing ---- */

enum { STEP = 1 << 20 };

/* Lines are counted from one rejected record to the next, so each file is scanned once. */
struct counter {
    const struct source *source;
    size_t at, forgotten; /* bytes scanned; bytes of them that were released */
    uint64_t line;
};

static void count_to(struct counter *counter, size_t end) {
    const char *bytes = counter->source->bytes.at, *at = bytes + counter->at;
    while ((at = memchr(at, '\n', (size_t)(bytes + end - at))) != NULL) {
        at++;
        counter->line++;
    }
    counter->at = end;
    if (end - counter->forgotten >= STEP) {
        source_forget(counter->source, counter->forgotten, end);
        counter->forgotten = end;
    }
}

static uint64_t line_of(struct counter *counter, uint64_t offset) {
    size_t wanted = offset < counter->source->bytes.size ? (size_t)offset : counter->source->bytes.size;
    while (counter->at < wanted)
        count_to(counter, wanted - counter->at > STEP ? counter->at + STEP : wanted);
    return counter->line;
}

static void write_reject(FILE *file, const struct etl_reject *r, const char *name, uint64_t line) {
    json_t *record = json_pack("{s:s, s:I, s:I, s:I, s:[s]}", "file", name, "line", (json_int_t)line, "offset",
                               (json_int_t)r->offset, "length", (json_int_t)r->length, "reasons",
                               etl_reject_reason_text((enum etl_reject_reason)r->reason));
    json_dumpf(record, file, JSON_COMPACT);
    fputc('\n', file);
    json_decref(record);
}

/* The rejected records of one open source. */
static void write_source(FILE *file, const struct etl_collector_source *collected, const struct source *source) {
    struct counter counter = {source, 0, 0, 1};
    for (size_t i = 0; i < collected->quarantined; i++) {
        const struct etl_reject *r = &collected->rejects[i];
        write_reject(file, r, source->name, line_of(&counter, r->offset));
    }
}

bool quarantine_write(const struct etl_collector *collector, struct sources *sources, const struct volume *volume,
                      const char *name, struct error *err) {
    struct atomic_file p;
    bool done = atomic_file_open_at(&p, volume, name, err);
    if (!done)
        return false;
    for (size_t i = 0; done && i < sources->count; i++) {
        struct source *source = &sources->items[i];
        if (collector->sources[i].quarantined == 0)
            continue;
        done = source_open(source, err);
        if (done)
            write_source(p.file, &collector->sources[i], source);
        done = source_close(source, err) && done;
    }
    if (done)
        return atomic_file_commit(&p, err);
    atomic_file_abort(&p);
    return false;
}

/* ---- showing ---- */

/* The line of quarantine.ndjson as JSON; NULL and err if there is no such line. */
static json_t *find_record(const struct volume *volume, uint64_t number, struct error *err) {
    FILE *file = volume_open_stream(volume, VOLUME_QUARANTINE);
    char path[PATH_MAX], *line = NULL;
    size_t capacity = 0;
    uint64_t at = 0;
    if (file == NULL) {
        volume_error(volume, err, "read", VOLUME_QUARANTINE);
        return NULL;
    }
    while (at < number && getline(&line, &capacity, file) >= 0)
        at++;
    json_t *record = at == number && number > 0 ? json_loads(line, 0, NULL) : NULL;
    if (record == NULL)
        error_set(err, "%s has %" PRIu64 " records, so there is no record %" PRIu64,
                  volume_path(volume, VOLUME_QUARANTINE, path), at, number);
    free(line);
    fclose(file);
    return record;
}

static bool copy_out(const struct volume *volume, const char *name, uint64_t offset, uint64_t length,
                     struct error *err) {
    char path[PATH_MAX], chunk[1 << 16];
    FILE *file = volume_open_stream(volume, name);
    bool done = file != NULL && fseeko(file, (off_t)offset, SEEK_SET) == 0;
    while (done && length > 0) {
        size_t wanted = length < sizeof chunk ? (size_t)length : sizeof chunk, n = fread(chunk, 1, wanted, file);
        fwrite(chunk, 1, n, stdout);
        length -= n;
        done = n > 0;
    }
    if (file == NULL)
        volume_error(volume, err, "read", name);
    else if (!done)
        error_set(err, "%s has become shorter since leadforest-etl read it", volume_path(volume, name, path));
    if (file != NULL)
        fclose(file);
    return done && fflush(stdout) == 0;
}

/* Whether a name is that of a file in raw/ or in raw/inbox/. */
static bool is_below_raw(const char *name) {
    static const char inbox[] = "inbox/";
    const char *file = strncmp(name, inbox, sizeof inbox - 1) == 0 ? name + sizeof inbox - 1 : name;
    return strchr(file, '/') == NULL;
}

bool quarantine_show(const struct volume *volume, uint64_t number, struct error *err) {
    char path[PATH_MAX], file[PATH_MAX];
    json_t *record = find_record(volume, number, err);
    const char *name = json_string_value(json_object_get(record, "file"));
    json_int_t offset = json_integer_value(json_object_get(record, "offset"));
    json_int_t length = json_integer_value(json_object_get(record, "length"));
    bool done = record != NULL;
    if (done && (name == NULL || !is_below_raw(name) || offset < 0 || length < 0))
        done =
            error_set(err, "%s: record %" PRIu64 " is damaged", volume_path(volume, VOLUME_QUARANTINE, path), number);
    done = done && path_format(file, err, VOLUME_RAW "/%s", name) &&
           copy_out(volume, file, (uint64_t)offset, (uint64_t)length, err);
    json_decref(record);
    return done;
}
