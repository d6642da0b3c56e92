/* monitoring_snapshot.c - reads the newest lines of the workers' files. */
#include "services/api/pages/monitoring_snapshot.h"

#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "services/common/store/files.h"
#include "services/common/store/paths.h"

enum { TAIL = 1 << 20, MAX_RECORD = 1 << 20, MAX_RECORDS = 20000 };

/* ---- the end of an append-only file ---- */

/* The last TAIL bytes at most, from the beginning of a line, with a final zero; NULL if there is nothing. */
static char *read_tail(const struct volume *volume, const char *name) {
    struct stat about;
    char *text = malloc(TAIL + 1);
    int file = volume_open_file(volume, name, O_RDONLY);
    ssize_t got = -1;
    off_t from = 0;
    if (text != NULL && file >= 0 && fstat(file, &about) == 0) {
        from = about.st_size > TAIL ? about.st_size - TAIL : 0;
        got = pread(file, text, TAIL, from);
    }
    if (file >= 0)
        close(file);
    if (got <= 0) {
        free(text);
        return NULL;
    }
    text[got] = '\0';
    const char *first = from > 0 ? strchr(text, '\n') : NULL;
    if (first != NULL)
        memmove(text, first + 1, strlen(first));
    return text;
}

/* Where the last `most` complete lines begin. A line that is still being written is not complete. */
static char *last_lines(char *text, size_t limit) {
    char *end = strrchr(text, '\n');
    if (end == NULL)
        return text + strlen(text);
    end[1] = '\0';
    for (char *at = end; at > text; at--)
        if (at[-1] == '\n' && --limit == 0)
            return at;
    return text;
}

typedef json_t *describe(const json_t *line);

/* The newest lines as an array. Lines that are not JSON objects are skipped. */
static json_t *read_lines(const struct volume *volume, const char *name, size_t limit, describe *of) {
    char *text = read_tail(volume, name);
    json_t *all = json_array();
    for (char *line = text != NULL ? last_lines(text, limit) : NULL, *end; line != NULL && *line != '\0';
         line = end + 1) {
        end = strchr(line, '\n');
        json_t *object = json_loadb(line, (size_t)(end - line), 0, NULL);
        if (json_is_object(object))
            json_array_append_new(all, of(object));
        json_decref(object);
    }
    free(text);
    return all;
}

/* ---- the keys that the page shows ---- */

static json_t *copy_members(const json_t *object, const char *const *names, size_t count) {
    json_t *out = json_object();
    for (size_t i = 0; i < count; i++)
        json_object_set(out, names[i], json_object_get(object, names[i])); /* fails if there is none: left out */
    return out;
}
#define PICK(object, ...)                                                                                              \
    copy_members(object, (const char *const[]){__VA_ARGS__},                                                           \
                 sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static json_t *describe_day(const json_t *line) {
    return PICK(line, "until", "state", "cause", "retrain", "reason", "model_version", "p", "threshold", "per_day",
                "effect_days", "effects", "packages", "accuracy", "month", "versions", "confidence");
}

static json_t *describe_decision(const json_t *line) {
    json_t *out = PICK(line, "time", "action", "status", "reason", "version", "alarm");
    const json_t *numbers = json_object_get(line, "numbers");
    json_t *challenger = PICK(json_object_get(numbers, "challenger"), "log_loss", "accuracy");
    json_object_set_new(out, "challenger", challenger);
    json_object_set(out, "holdout_rows", json_object_get(json_object_get(line, "holdout"), "rows"));
    return out;
}

static json_t *describe_run(const json_t *record) {
    json_t *out = PICK(record, "run", "reason", "started", "status", "exit", "seconds"), *stages = json_array();
    const json_t *stage;
    size_t i;
    json_array_foreach(json_object_get(record, "stages"), i, stage) {
        json_array_append_new(stages, PICK(stage, "stage", "seconds", "exit"));
        const json_t *result = json_object_get(stage, "result");
        if (json_object_get(result, "quarantined") != NULL)
            json_object_set_new(out, "records", PICK(result, "read", "quarantined"));
    }
    json_object_set_new(out, "stages", stages);
    return out;
}

/* ---- the newest runs ---- */

struct record {
    struct timespec at;
    char name[64];
};

static bool is_older(const struct record *a, const struct record *b) {
    return a->at.tv_sec != b->at.tv_sec ? a->at.tv_sec < b->at.tv_sec : a->at.tv_nsec < b->at.tv_nsec;
}

/* Keep the newest, in order of time. */
static size_t insert(struct record newest[MONITORING_SNAPSHOT_RUNS], size_t count, const struct record *record) {
    if (count == MONITORING_SNAPSHOT_RUNS) {
        if (is_older(record, &newest[0]))
            return count;
        memmove(newest, newest + 1, --count * sizeof *newest);
    }
    size_t place = count;
    while (place > 0 && is_older(record, &newest[place - 1]))
        place--;
    memmove(newest + place + 1, newest + place, (count - place) * sizeof *newest);
    newest[place] = *record;
    return count + 1;
}

static size_t find_newest(const struct volume *volume, struct record newest[MONITORING_SNAPSHOT_RUNS]) {
    size_t count = 0;
    DIR *dir = volume_open_folder(volume, VOLUME_RUNS);
    for (size_t seen = 0; dir != NULL && seen < MAX_RECORDS; seen++) {
        const struct dirent *entry = readdir(dir);
        struct record record;
        struct stat about;
        if (entry == NULL)
            break;
        size_t length = strlen(entry->d_name);
        if (entry->d_name[0] == '.' || length >= sizeof record.name ||
            fstatat(dirfd(dir), entry->d_name, &about, 0) != 0)
            continue;
        record.at = about.st_mtim;
        memcpy(record.name, entry->d_name, length + 1);
        count = insert(newest, count, &record);
    }
    if (dir != NULL)
        closedir(dir);
    return count;
}

static json_t *read_runs(const struct volume *volume) {
    struct record newest[MONITORING_SNAPSHOT_RUNS];
    json_t *runs = json_array();
    size_t count = find_newest(volume, newest);
    for (size_t i = 0; i < count; i++) {
        char name[VOLUME_NAME];
        snprintf(name, sizeof name, VOLUME_RUNS "/%s", newest[i].name);
        json_t *record = files_read_json_at(volume, name, MAX_RECORD, NULL);
        if (json_is_object(record))
            json_array_append_new(runs, describe_run(record));
        json_decref(record);
    }
    return runs;
}

/* ---- the drift state, and the counts of records ---- */

static json_t *read_object(const struct volume *volume, const char *name) {
    json_t *object = files_read_json_at(volume, name, MAX_RECORD, NULL);
    if (json_is_object(object))
        return object;
    json_decref(object);
    return json_object();
}

static json_t *read_state(const struct volume *volume) {
    json_t *state = read_object(volume, VOLUME_DRIFT_STATE);
    json_t *out =
        PICK(state, "until", "state", "cause", "retrain", "alarm", "reason", "reference_since", "drift_since");
    json_decref(state);
    return out;
}

static json_t *read_sources(const struct volume *volume) {
    json_t *report = read_object(volume, VOLUME_REPORT), *out = json_object(), *source;
    const char *name;
    json_object_foreach(json_object_get(report, "sources"), name, source) {
        json_object_set_new(out, name, PICK(source, "read", "accepted", "quarantined", "duplicates"));
    }
    json_decref(report);
    return out;
}

char *monitoring_snapshot_read(const char *data, size_t *size) {
    struct volume volume = {.fd = -1, .path = data};
    volume_follow(&volume, NULL); /* in a volume that is missing nothing is found */
    json_t *all =
        json_pack("{s:o, s:o, s:o, s:o, s:o}", "state", read_state(&volume), "days",
                  read_lines(&volume, VOLUME_DRIFT_HISTORY, MONITORING_SNAPSHOT_DAYS, describe_day), "decisions",
                  read_lines(&volume, VOLUME_DECISIONS, MONITORING_SNAPSHOT_DECISIONS, describe_decision), "runs",
                  read_runs(&volume), "sources", read_sources(&volume));
    char *text = json_dumps(all, JSON_COMPACT | JSON_REAL_PRECISION(6));
    json_decref(all);
    volume_close(&volume);
    *size = text != NULL ? strlen(text) : 0;
    return text;
}
