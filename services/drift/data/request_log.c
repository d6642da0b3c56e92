/* request_log.c - reads the prediction log line by line and excludes requests that are not traffic. */
#include "services/drift/data/request_log.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libetl/base/array.h"
#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"

enum { DAY = 86400, HOUR = 3600, MAX_LINE = 1 << 16, DAY_TEXT = 10 };
static const char suffix[] = ".ndjson";

/* ---- which files ---- */

/* The day in "<instance>-2026-01-31.ndjson"; false where the name is another. */
static bool day_of(const char *name, unix_time *day) {
    size_t size = strlen(name), tail = sizeof suffix - 1 + DAY_TEXT;
    char text[DAY_TEXT + 1] = "";
    if (size <= tail || name[0] == '.' || strcmp(name + size - (sizeof suffix - 1), suffix) != 0)
        return false;
    memcpy(text, name + size - tail, DAY_TEXT);
    return unix_time_parse(text, day);
}

static int by_name(const void *left, const void *right) {
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static bool collect(DIR *dir, char ***names, size_t *count, unix_time from, unix_time until) {
    unix_time day;
    size_t capacity = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (!day_of(entry->d_name, &day) || day + DAY <= from || day >= until)
            continue;
        char *name = strdup(entry->d_name);
        if (name == NULL || !etl_array_reserve(names, &capacity, *count + 1, sizeof **names)) {
            free(name);
            return false;
        }
        (*names)[(*count)++] = name;
    }
    return true;
}

bool request_log_files(char ***names, size_t *count, const struct volume *volume, unix_time from, unix_time until,
                       struct error *err) {
    *names = NULL;
    *count = 0;
    DIR *dir = volume_open_folder(volume, VOLUME_PREDICTIONS);
    bool done = dir != NULL ? collect(dir, names, count, from, until) : errno == ENOENT;
    if (!done)
        volume_error(volume, err, "read", VOLUME_PREDICTIONS);
    if (dir != NULL)
        closedir(dir);
    if (done && *count > 0)
        qsort(*names, *count, sizeof **names, by_name);
    return done;
}

void request_log_free_files(char **names, size_t count) {
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

/* ---- a line ---- */

static bool grow(struct request_log *requests) {
    size_t capacity = requests->capacity, needed = requests->count + 1;
    size_t probabilities = requests->cell_set->config->package_count * sizeof *requests->probability;
    return etl_array_reserve(&requests->request, &capacity, needed, sizeof *requests->request) &&
           etl_array_reserve(&requests->probability, &requests->capacity, needed, probabilities);
}

/* The version may be a number or text. */
static int64_t version_of(const json_t *value) {
    const char *text = json_string_value(value);
    return text != NULL ? strtoll(text, NULL, 10) : json_integer_value(value);
}

/* Packages that the configuration does not know are left out; one that is not named has probability 0. */
static bool read_probabilities(const struct etl_config *config, const json_t *object, float *out) {
    double sum = 0;
    for (size_t i = 0; i < config->package_count; i++) {
        double value = json_number_value(json_object_get(object, config->packages[i].name));
        if (!(value >= 0 && value <= 1))
            return false;
        out[i] = (float)value;
        sum += value;
    }
    return sum > 0;
}

static bool is(const char *text, const char *word) {
    return text != NULL && strcmp(text, word) == 0;
}

enum line_result { ADDED, NOT_A_REQUEST, NO_MEMORY };

static enum line_result add_object(struct request_log *requests, const json_t *object,
                                   const struct request_log_limits *limits) {
    const char *time = json_string_value(json_object_get(object, "time"));
    const char *lead = json_string_value(json_object_get(object, "lead_id"));
    const char *source = json_string_value(json_object_get(object, "source"));
    const json_t *inputs = json_object_get(object, "inputs");
    struct logged_request request = {.version = version_of(json_object_get(object, "model_version")), .counts = true};
    if (!grow(requests))
        return NO_MEMORY;
    size_t packages = requests->cell_set->config->package_count;
    if (time == NULL || !unix_time_parse(time, &request.at) || !json_is_object(inputs) ||
        !read_probabilities(requests->cell_set->config, json_object_get(object, "probabilities"),
                            requests->probability + requests->count * packages))
        return NOT_A_REQUEST;
    if (request.at < limits->from || request.at >= limits->until)
        return ADDED;
    if (is(source, "demo") || is(source, "batch")) {
        requests->other_sources++;
        return ADDED;
    }
    if (lead != NULL && lead[0] != '\0') {
        if (!string_intern_add(&requests->leads, lead, &request.lead))
            return NO_MEMORY;
        request.lead++;
    }
    if (!cell_set_add_json(requests->cell_set, inputs, &request.cell))
        return NOT_A_REQUEST;
    requests->request[requests->count++] = request;
    return ADDED;
}

/* A line that is too long, incomplete or not JSON is skipped and counted. */
static bool read_lines(struct request_log *requests, FILE *file, const struct request_log_limits *limits) {
    char *line = malloc(MAX_LINE);
    bool done = line != NULL, line_ended = true;
    while (done && fgets(line, MAX_LINE, file) != NULL) {
        size_t size = strlen(line);
        bool ended = size > 0 && line[size - 1] == '\n', begins = line_ended;
        line_ended = ended;
        if (!begins)
            continue;
        json_t *object = ended ? json_loadb(line, size, JSON_REJECT_DUPLICATES, NULL) : NULL;
        enum line_result result = json_is_object(object) ? add_object(requests, object, limits) : NOT_A_REQUEST;
        json_decref(object);
        requests->malformed += result == NOT_A_REQUEST;
        done = result != NO_MEMORY;
    }
    free(line);
    return done;
}

static bool read_file(struct request_log *requests, const struct volume *volume, const char *file_name,
                      const struct request_log_limits *limits, struct error *err) {
    char name[VOLUME_NAME];
    snprintf(name, sizeof name, VOLUME_PREDICTIONS "/%s", file_name);
    FILE *file = volume_open_stream(volume, name);
    bool done = file != NULL && read_lines(requests, file, limits) && ferror(file) == 0;
    if (!done)
        volume_error(volume, err, "read", name);
    if (file != NULL)
        fclose(file);
    return done;
}

/* ---- order ---- */

struct place {
    unix_time at;
    size_t place;
};

static int by_time(const void *left, const void *right) {
    const struct place *a = left, *b = right;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

static void copy_by_time(const struct request_log *requests, struct place *order, struct logged_request *request,
                         float *probability) {
    size_t packages = requests->cell_set->config->package_count;
    for (size_t i = 0; i < requests->count; i++)
        order[i] = (struct place){requests->request[i].at, i};
    qsort(order, requests->count, sizeof *order, by_time);
    for (size_t i = 0; i < requests->count; i++) {
        request[i] = requests->request[order[i].place];
        memcpy(probability + i * packages, requests->probability + order[i].place * packages,
               packages * sizeof *probability);
    }
}

/* Several instances write logs; requests of the same second keep the order of files and lines. */
static bool sort(struct request_log *requests) {
    size_t packages = requests->cell_set->config->package_count, n = requests->count;
    struct place *order = malloc((n + 1) * sizeof *order);
    struct logged_request *request = malloc((n + 1) * sizeof *request);
    float *probability = malloc((n + 1) * packages * sizeof *probability);
    bool done = order != NULL && request != NULL && probability != NULL;
    if (done)
        copy_by_time(requests, order, request, probability);
    free(order);
    if (!done) {
        free(request);
        free(probability);
        return false;
    }
    free(requests->request);
    free(requests->probability);
    requests->request = request;
    requests->probability = probability;
    requests->capacity = n + 1;
    return true;
}

/* ---- requests that are not traffic ---- */

static bool drop_repeated(struct request_log *requests) {
    unix_time *last = calloc(requests->leads.count + 1, sizeof *last);
    if (last == NULL)
        return false;
    for (size_t i = requests->count; i > 0; i--) {
        struct logged_request *request = &requests->request[i - 1];
        unix_time day = request->at / DAY + 1;
        if (!request->counts || request->lead == 0)
            continue;
        request->counts = last[request->lead] != day;
        requests->repeated += !request->counts;
        last[request->lead] = day;
    }
    free(last);
    return true;
}

static int by_size(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

/* Requests of a usual hour: those of the median day, divided by 24. 0 without requests. */
static uint32_t usual_hour(const struct request_log *requests, bool *done) {
    unix_time first = requests->count > 0 ? requests->request[0].at / DAY : 0;
    size_t days = requests->count > 0 ? (size_t)(requests->request[requests->count - 1].at / DAY - first) + 1 : 1;
    uint32_t *rows = calloc(days, sizeof *rows);
    *done = rows != NULL;
    if (rows == NULL)
        return 0;
    for (size_t i = 0; i < requests->count; i++)
        rows[requests->request[i].at / DAY - first] += requests->request[i].counts;
    qsort(rows, days, sizeof *rows, by_size);
    uint32_t median = rows[days / 2];
    free(rows);
    return median / 24;
}

struct hour {
    unix_time hour;
    uint32_t requests;
};

static bool drop_bursts(struct request_log *requests, unsigned burst) {
    bool done;
    uint32_t usual = usual_hour(requests, &done), limit = usual > burst ? usual : burst;
    struct hour *of = calloc(requests->cell_set->cells.count + 1, sizeof *of);
    for (size_t i = 0; i < requests->count && done && of != NULL; i++) {
        struct logged_request *request = &requests->request[i];
        struct hour *hour = &of[request->cell];
        if (!request->counts)
            continue;
        if (hour->hour != request->at / HOUR)
            *hour = (struct hour){request->at / HOUR, 0};
        request->counts = hour->requests++ < limit;
        requests->capped += !request->counts;
    }
    done = done && of != NULL;
    free(of);
    return done;
}

bool request_log_filter(struct request_log *requests, unsigned burst) {
    return drop_repeated(requests) && drop_bursts(requests, burst);
}

bool request_log_read(struct request_log *out, const struct volume *volume, struct cell_set *inputs,
                      const struct request_log_limits *limits, struct error *err) {
    struct request_log requests = {.cell_set = inputs};
    char **names;
    size_t count;
    bool done = request_log_files(&names, &count, volume, limits->from, limits->until, err);
    for (size_t i = 0; i < count && done; i++)
        done = read_file(&requests, volume, names[i], limits, err);
    request_log_free_files(names, count);
    if (done && !(sort(&requests) && request_log_filter(&requests, limits->burst))) {
        errno = ENOMEM;
        error_set_errno(err, "read", VOLUME_PREDICTIONS);
        done = false;
    }
    if (done)
        *out = requests;
    else
        request_log_done(&requests);
    return done;
}

void request_log_done(struct request_log *requests) {
    string_intern_done(&requests->leads);
    free(requests->request);
    free(requests->probability);
    *requests = (struct request_log){0};
}
