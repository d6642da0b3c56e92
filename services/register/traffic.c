/* traffic.c - reads the newest lines of the prediction log, or leads.csv. */
#include "services/register/traffic.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/csv_table.h"
#include "services/common/volume.h"

struct reading {
    const struct forest_schema *schema;
    struct traffic *traffic; /* with room for TRAFFIC_MOST rows */
    int *column;             /* [features] of leads.csv */
};

static float *next_row(const struct reading *r) {
    return r->traffic->x + r->traffic->rows * r->schema->features;
}

/* ---- the prediction log ---- */

static float input_of(const struct forest_feature *feature, const json_t *value) {
    if (feature->kind == FOREST_NUMERIC)
        return json_is_number(value) ? (float)json_number_value(value) : NAN;
    return json_is_string(value) ? forest_level(feature, json_string_value(value)) : NAN;
}

static bool counts(const json_t *call) {
    const char *source = json_string_value(json_object_get(call, "source"));
    return json_is_object(json_object_get(call, "inputs")) &&
           (source == NULL || (strcmp(source, "demo") != 0 && strcmp(source, "batch") != 0));
}

static void take_call(struct reading *r, const char *line, size_t size) {
    json_t *call = json_loadb(line, size, 0, NULL), *inputs = json_object_get(call, "inputs");
    if (counts(call)) {
        float *row = next_row(r);
        for (size_t f = 0; f < r->schema->features; f++)
            row[f] = input_of(&r->schema->feature[f], json_object_get(inputs, r->schema->feature[f].name));
        r->traffic->rows++;
    }
    json_decref(call);
}

static void take_file(struct reading *r, const char *path) {
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    if (file == NULL)
        return;
    while (r->traffic->rows < TRAFFIC_MOST && (size = getline(&line, &room, file)) > 0)
        take_call(r, line, (size_t)size);
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

static void read_predictions(struct reading *r, const char *data) {
    char path[PATH_MAX];
    struct dirent **entry;
    int count =
        publish_path(path, NULL, "%s/" VOLUME_PREDICTIONS, data) ? scandir(path, &entry, is_log, newest_day_first) : -1;
    for (int i = 0; i < count; i++) {
        if (r->traffic->rows < TRAFFIC_MOST &&
            publish_path(path, NULL, "%s/" VOLUME_PREDICTIONS "/%s", data, entry[i]->d_name))
            take_file(r, path);
        free(entry[i]);
    }
    if (count >= 0)
        free(entry);
}

/* ---- leads.csv ---- */

static float field_of(const struct forest_feature *feature, const char *text) {
    if (text[0] == '\0')
        return NAN;
    return feature->kind == FOREST_NUMERIC ? strtof(text, NULL) : forest_level(feature, text);
}

static bool take_lead(void *user, const struct csv_header *header, char *const *fields, char problem[200]) {
    struct reading *r = user;
    (void)problem;
    if (fields == NULL)
        for (size_t f = 0; f < r->schema->features; f++)
            r->column[f] = csv_column(header, r->schema->feature[f].name);
    else if (r->traffic->rows < TRAFFIC_MOST) {
        float *row = next_row(r);
        for (size_t f = 0; f < r->schema->features; f++)
            row[f] = field_of(&r->schema->feature[f], r->column[f] != CSV_NO_COLUMN ? fields[r->column[f]] : "");
        r->traffic->rows++;
    }
    return true;
}

static void read_leads(struct reading *r, const char *data) {
    char path[PATH_MAX];
    if (publish_path(path, NULL, "%s/" VOLUME_LEADS, data) && files_exist(path) &&
        !csv_table_read(path, take_lead, r, NULL))
        r->traffic->rows = 0;
}

bool traffic_read(struct traffic *out, const char *data, const struct forest_schema *schema, struct file_error *err) {
    struct traffic traffic = {.source = "predictions", .x = malloc(TRAFFIC_MOST * schema->features * sizeof(float))};
    struct reading r = {schema, &traffic, malloc(schema->features * sizeof(int))};
    bool done = traffic.x != NULL && r.column != NULL;
    if (done) {
        read_predictions(&r, data);
        if (traffic.rows == 0) {
            traffic.source = "leads";
            read_leads(&r, data);
        }
        *out = traffic;
    } else {
        errno = ENOMEM;
        file_error_set(err, "read", VOLUME_PREDICTIONS);
        free(traffic.x);
    }
    free(r.column);
    return done;
}

void traffic_done(struct traffic *traffic) {
    free(traffic->x);
    *traffic = (struct traffic){0};
}
