/* recent_requests.c - reads the newest lines of the prediction log, or leads.csv. */
#include "services/register/gate/recent_requests.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/store/files.h"
#include "services/common/store/paths.h"
#include "services/common/table/csv_table.h"
#include "services/common/table/feature_codec.h"

struct request_reader {
    struct feature_codec codec;
    struct recent_requests *requests; /* with room for RECENT_REQUESTS_MAX rows */
    int *column;                      /* [features] of leads.csv */
};

static float *next_row(const struct request_reader *r) {
    return r->requests->x + r->requests->rows * r->codec.schema->features;
}

/* ---- the prediction log ---- */

/* The next value of the row that is read; what is unreadable is missing, and counted. */
static void set_value(struct request_reader *r, size_t feature, struct feature_reading reading) {
    if (reading.status == FEATURE_UNREADABLE)
        feature_count_unreadable(&r->requests->unreadable, r->codec.schema->feature[feature].name);
    next_row(r)[feature] = feature_codec_encode(&r->codec, feature, reading);
}

static bool is_counted(const json_t *call) {
    const char *source = json_string_value(json_object_get(call, "source"));
    return json_is_object(json_object_get(call, "inputs")) &&
           (source == NULL || (strcmp(source, "demo") != 0 && strcmp(source, "batch") != 0));
}

static void add_request(struct request_reader *r, const char *line, size_t size) {
    json_t *call = json_loadb(line, size, 0, NULL), *inputs = json_object_get(call, "inputs");
    if (is_counted(call)) {
        for (size_t f = 0; f < r->codec.schema->features; f++) {
            const struct forest_feature *feature = &r->codec.schema->feature[f];
            set_value(r, f, feature_read_json(feature->kind, json_object_get(inputs, feature->name)));
        }
        r->requests->rows++;
    }
    json_decref(call);
}

static void add_file(struct request_reader *r, const struct volume *volume, const char *name) {
    FILE *file = volume_open_stream(volume, name);
    char *line = NULL;
    size_t capacity = 0;
    ssize_t size;
    if (file == NULL)
        return;
    while (r->requests->rows < RECENT_REQUESTS_MAX && (size = getline(&line, &capacity, file)) > 0)
        add_request(r, line, (size_t)size);
    free(line);
    fclose(file);
}

enum { DAY = 10, ENDING = 7 }; /* letters of "2026-01-31" and ".ndjson" */

static int is_log(const struct dirent *entry) {
    size_t size = strlen(entry->d_name);
    return size > DAY + ENDING && strcmp(entry->d_name + size - ENDING, ".ndjson") == 0;
}

static int newest_day_first(const struct dirent **left, const struct dirent **right) {
    const char *a = (*left)->d_name, *b = (*right)->d_name;
    int order = strcmp(b + strlen(b) - DAY - ENDING, a + strlen(a) - DAY - ENDING);
    return order != 0 ? order : strcmp(a, b);
}

static void read_predictions(struct request_reader *r, const struct volume *volume) {
    char name[VOLUME_NAME];
    struct dirent **entry;
    int count = scandirat(volume->fd, VOLUME_PREDICTIONS, &entry, is_log, newest_day_first);
    for (int i = 0; i < count; i++) {
        if (r->requests->rows < RECENT_REQUESTS_MAX)
            add_file(r, volume, volume_join(VOLUME_PREDICTIONS, entry[i]->d_name, name));
        free(entry[i]);
    }
    if (count >= 0)
        free(entry);
}

/* ---- leads.csv ---- */

static bool add_lead(void *user, const struct csv_header *header, char *const *fields, char problem[200]) {
    struct request_reader *r = user;
    (void)problem;
    if (fields == NULL)
        for (size_t f = 0; f < r->codec.schema->features; f++)
            r->column[f] = csv_column(header, r->codec.schema->feature[f].name);
    else if (r->requests->rows < RECENT_REQUESTS_MAX) {
        for (size_t f = 0; f < r->codec.schema->features; f++) {
            const char *cell = r->column[f] != CSV_NO_COLUMN ? fields[r->column[f]] : "";
            set_value(r, f, feature_read_cell(r->codec.schema->feature[f].kind, cell));
        }
        r->requests->rows++;
    }
    return true;
}

static void read_leads(struct request_reader *r, const struct volume *volume) {
    if (files_exist_at(volume, VOLUME_LEADS) && !csv_table_read_at(volume, VOLUME_LEADS, add_lead, r, NULL))
        r->requests->rows = 0;
}

bool recent_requests_read(struct recent_requests *out, const struct volume *volume, const struct forest_schema *schema,
                          struct error *err) {
    struct recent_requests requests = {.source = "predictions",
                                       .x = malloc(RECENT_REQUESTS_MAX * schema->features * sizeof(float))};
    struct request_reader r = {.requests = &requests, .column = malloc(schema->features * sizeof(int))};
    bool done = requests.x != NULL && r.column != NULL && feature_codec_open(&r.codec, schema);
    if (done) {
        read_predictions(&r, volume);
        if (requests.rows == 0) {
            requests.source = "leads";
            read_leads(&r, volume);
        }
        *out = requests;
    } else {
        errno = ENOMEM;
        error_set_errno(err, "read", VOLUME_PREDICTIONS);
        free(requests.x);
    }
    feature_codec_done(&r.codec);
    free(r.column);
    return done;
}

void recent_requests_done(struct recent_requests *requests) {
    free(requests->x);
    json_decref(requests->unreadable);
    *requests = (struct recent_requests){0};
}
