/* calls.c - reads log files line by line and leaves out what is no traffic. */
#include "services/drift/calls.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/volume.h"

enum { DAY = 86400, HOUR = 3600, MAX_LINE = 1 << 16, FIRST_CALLS = 1024, DAY_TEXT = 10 };
static const char suffix[] = ".ndjson";

/* ---- which files ---- */

/* The day in "<instance>-2026-01-31.ndjson"; false where the name is another. */
static bool day_of(const char *name, moment *day) {
    size_t size = strlen(name), tail = sizeof suffix - 1 + DAY_TEXT;
    char text[DAY_TEXT + 1] = "";
    if (size <= tail || name[0] == '.' || strcmp(name + size - (sizeof suffix - 1), suffix) != 0)
        return false;
    memcpy(text, name + size - tail, DAY_TEXT);
    return clock_parse(text, day);
}

static int by_name(const void *left, const void *right) {
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static bool collect(DIR *dir, char ***names, size_t *count, moment from, moment until) {
    moment day;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (!day_of(entry->d_name, &day) || day + DAY <= from || day >= until)
            continue;
        char **more = realloc(*names, (*count + 1) * sizeof *more);
        if (more == NULL)
            return false;
        *names = more;
        more[*count] = strdup(entry->d_name);
        if (more[*count] == NULL)
            return false;
        ++*count;
    }
    return true;
}

bool calls_files(char ***names, size_t *count, const char *data, moment from, moment until, struct file_error *err) {
    char path[PATH_MAX];
    *names = NULL;
    *count = 0;
    if (!publish_path(path, err, "%s/" VOLUME_PREDICTIONS, data))
        return false;
    DIR *dir = opendir(path);
    bool done = dir != NULL ? collect(dir, names, count, from, until) : errno == ENOENT;
    if (!done)
        file_error_set(err, "read", path);
    if (dir != NULL)
        closedir(dir);
    if (done && *count > 0)
        qsort(*names, *count, sizeof **names, by_name);
    return done;
}

void calls_free_files(char **names, size_t count) {
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

/* ---- a line ---- */

static bool make_room(struct calls *calls) {
    if (calls->count < calls->room)
        return true;
    size_t room = 2 * calls->room + FIRST_CALLS, packages = calls->inputs->config->package_count;
    struct call *call = realloc(calls->call, room * sizeof *call);
    if (call == NULL)
        return false;
    calls->call = call;
    float *probability = realloc(calls->probability, room * packages * sizeof *probability);
    if (probability == NULL)
        return false;
    calls->probability = probability;
    calls->room = room;
    return true;
}

/* A version may stand there as a number or as text. */
static int64_t version_of(const json_t *value) {
    const char *text = json_string_value(value);
    return text != NULL ? strtoll(text, NULL, 10) : json_integer_value(value);
}

/* Packages that the configuration does not know are left out; one that is not named has probability 0. */
static bool read_probabilities(const struct config *config, const json_t *object, float *out) {
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

enum taken { TAKEN, NOT_A_CALL, NO_MEMORY };

static enum taken take_object(struct calls *calls, const json_t *object, const struct calls_limits *limits) {
    const char *time = json_string_value(json_object_get(object, "time"));
    const char *lead = json_string_value(json_object_get(object, "lead_id"));
    const char *source = json_string_value(json_object_get(object, "source"));
    const json_t *inputs = json_object_get(object, "inputs");
    struct call call = {.version = version_of(json_object_get(object, "model_version")), .counts = true};
    if (!make_room(calls))
        return NO_MEMORY;
    size_t packages = calls->inputs->config->package_count;
    if (time == NULL || !clock_parse(time, &call.at) || !json_is_object(inputs) ||
        !read_probabilities(calls->inputs->config, json_object_get(object, "probabilities"),
                            calls->probability + calls->count * packages))
        return NOT_A_CALL;
    if (call.at < limits->from || call.at >= limits->until)
        return TAKEN;
    if (is(source, "demo") || is(source, "batch")) {
        calls->other_sources++;
        return TAKEN;
    }
    if (lead != NULL && lead[0] != '\0') {
        if (!dictionary_number(&calls->leads, lead, &call.lead))
            return NO_MEMORY;
        call.lead++;
    }
    if (!inputs_kind_of_json(calls->inputs, inputs, &call.kind))
        return NOT_A_CALL;
    calls->call[calls->count++] = call;
    return TAKEN;
}

/* A line that is too long, torn or no JSON is passed by and counted. */
static bool read_lines(struct calls *calls, FILE *file, const struct calls_limits *limits) {
    char *line = malloc(MAX_LINE);
    bool done = line != NULL, whole = true;
    while (done && fgets(line, MAX_LINE, file) != NULL) {
        size_t size = strlen(line);
        bool ended = size > 0 && line[size - 1] == '\n', begins = whole;
        whole = ended;
        if (!begins)
            continue;
        json_t *object = ended ? json_loadb(line, size, JSON_REJECT_DUPLICATES, NULL) : NULL;
        enum taken taken = json_is_object(object) ? take_object(calls, object, limits) : NOT_A_CALL;
        json_decref(object);
        calls->unread += taken == NOT_A_CALL;
        done = taken != NO_MEMORY;
    }
    free(line);
    return done;
}

static bool read_file(struct calls *calls, const char *data, const char *name, const struct calls_limits *limits,
                      struct file_error *err) {
    char path[PATH_MAX];
    if (!publish_path(path, err, "%s/" VOLUME_PREDICTIONS "/%s", data, name))
        return false;
    FILE *file = fopen(path, "re");
    bool done = file != NULL && read_lines(calls, file, limits) && ferror(file) == 0;
    if (!done)
        file_error_set(err, "read", path);
    if (file != NULL)
        fclose(file);
    return done;
}

/* ---- order ---- */

struct place {
    moment at;
    size_t place;
};

static int by_time(const void *left, const void *right) {
    const struct place *a = left, *b = right;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

/* Several instances wrote; of equal seconds the order of files and lines holds. */
static bool sort(struct calls *calls) {
    size_t packages = calls->inputs->config->package_count, n = calls->count;
    struct place *order = malloc((n + 1) * sizeof *order);
    struct call *call = malloc((n + 1) * sizeof *call);
    float *probability = malloc((n + 1) * packages * sizeof *probability);
    bool done = order != NULL && call != NULL && probability != NULL;
    for (size_t i = 0; i < n && done; i++)
        order[i] = (struct place){calls->call[i].at, i};
    if (done)
        qsort(order, n, sizeof *order, by_time);
    for (size_t i = 0; i < n && done; i++) {
        call[i] = calls->call[order[i].place];
        memcpy(probability + i * packages, calls->probability + order[i].place * packages,
               packages * sizeof *probability);
    }
    free(order);
    if (!done) {
        free(call);
        free(probability);
        return false;
    }
    free(calls->call);
    free(calls->probability);
    calls->call = call;
    calls->probability = probability;
    calls->room = n + 1;
    return true;
}

/* ---- what is no traffic ---- */

static bool drop_repeated(struct calls *calls) {
    moment *last = calloc(calls->leads.count + 1, sizeof *last);
    if (last == NULL)
        return false;
    for (size_t i = calls->count; i > 0; i--) {
        struct call *call = &calls->call[i - 1];
        moment day = call->at / DAY + 1;
        if (!call->counts || call->lead == 0)
            continue;
        call->counts = last[call->lead] != day;
        calls->repeated += !call->counts;
        last[call->lead] = day;
    }
    free(last);
    return true;
}

static int by_size(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

/* Calls of a usual hour: the median day's, by 24. 0 without calls. */
static uint32_t usual_hour(const struct calls *calls, bool *done) {
    moment first = calls->count > 0 ? calls->call[0].at / DAY : 0;
    size_t days = calls->count > 0 ? (size_t)(calls->call[calls->count - 1].at / DAY - first) + 1 : 1;
    uint32_t *rows = calloc(days, sizeof *rows);
    *done = rows != NULL;
    if (rows == NULL)
        return 0;
    for (size_t i = 0; i < calls->count; i++)
        rows[calls->call[i].at / DAY - first] += calls->call[i].counts;
    qsort(rows, days, sizeof *rows, by_size);
    uint32_t median = rows[days / 2];
    free(rows);
    return median / 24;
}

struct hour {
    moment hour;
    uint32_t calls;
};

static bool drop_bursts(struct calls *calls, unsigned burst) {
    bool done;
    uint32_t usual = usual_hour(calls, &done), most = usual > burst ? usual : burst;
    struct hour *of = calloc(calls->inputs->kinds.count + 1, sizeof *of);
    for (size_t i = 0; i < calls->count && done && of != NULL; i++) {
        struct call *call = &calls->call[i];
        struct hour *hour = &of[call->kind];
        if (!call->counts)
            continue;
        if (hour->hour != call->at / HOUR)
            *hour = (struct hour){call->at / HOUR, 0};
        call->counts = hour->calls++ < most;
        calls->capped += !call->counts;
    }
    done = done && of != NULL;
    free(of);
    return done;
}

bool calls_leave_out(struct calls *calls, unsigned burst) {
    return drop_repeated(calls) && drop_bursts(calls, burst);
}

bool calls_read(struct calls *out, const char *data, struct inputs *inputs, const struct calls_limits *limits,
                struct file_error *err) {
    struct calls calls = {.inputs = inputs};
    char **names;
    size_t count;
    bool done = calls_files(&names, &count, data, limits->from, limits->until, err);
    for (size_t i = 0; i < count && done; i++)
        done = read_file(&calls, data, names[i], limits, err);
    calls_free_files(names, count);
    if (done && !(sort(&calls) && calls_leave_out(&calls, limits->burst))) {
        errno = ENOMEM;
        file_error_set(err, "read", VOLUME_PREDICTIONS);
        done = false;
    }
    if (done)
        *out = calls;
    else
        calls_done(&calls);
    return done;
}

void calls_done(struct calls *calls) {
    dictionary_done(&calls->leads);
    free(calls->call);
    free(calls->probability);
    *calls = (struct calls){0};
}
