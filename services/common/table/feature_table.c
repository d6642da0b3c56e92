/* feature_table.c - reads and checks schema.json and features.csv. */
#include "services/common/table/feature_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/store/atomic_file.h"
#include "services/common/store/paths.h"
#include "services/common/table/csv_table.h"
#include "services/common/table/feature_codec.h"

enum { MAX_SCHEMA = 64 << 20, FIRST_ROWS = 1024, LAST_COLUMNS = 4 };

/* ---- schema.json ---- */

static const char **read_names(const json_t *array, size_t max, size_t *count) {
    *count = json_array_size(array);
    if (*count == 0 || *count > max)
        return NULL;
    const char **names = calloc(*count, sizeof *names);
    for (size_t i = 0; names != NULL && i < *count; i++) {
        names[i] = json_string_value(json_array_get(array, i));
        if (names[i] == NULL || names[i][0] == '\0') {
            free(names);
            return NULL;
        }
    }
    return names;
}

static bool read_feature(struct forest_feature *out, const json_t *object) {
    const char *kind = json_string_value(json_object_get(object, "kind"));
    out->name = json_string_value(json_object_get(object, "name"));
    if (out->name == NULL || kind == NULL || !feature_kind_find(kind, &out->kind))
        return false;
    if (out->kind == FOREST_NUMERIC)
        return true;
    out->level = read_names(json_object_get(object, "levels"), FOREST_MAX_LEVELS, &out->levels);
    return out->level != NULL;
}

static bool read_features(struct forest_schema *schema, const json_t *array) {
    size_t count = json_array_size(array);
    struct forest_feature *features = count <= FOREST_MAX_FEATURES ? calloc(count + 1, sizeof *features) : NULL;
    schema->feature = features;
    for (size_t i = 0; features != NULL && i < count; i++) {
        schema->features = i + 1;
        if (!read_feature(&features[i], json_array_get(array, i)))
            return false;
    }
    return features != NULL && count > 0;
}

static bool read_time(const json_t *document, const char *key, unix_time *out) {
    const char *text = json_string_value(json_object_get(document, key));
    return text != NULL && unix_time_parse(text, out);
}

static bool read_hash(const json_t *document, const char *key, char out[SHA256_HEX]) {
    const char *text = json_string_value(json_object_get(json_object_get(document, "data"), key));
    bool good = text != NULL && strlen(text) == SHA256_HEX - 1;
    if (good)
        memcpy(out, text, SHA256_HEX);
    return good;
}

static bool read_schema(struct feature_table *t, const struct volume *volume, struct error *err) {
    t->document = files_read_json_at(volume, VOLUME_SCHEMA, MAX_SCHEMA, err);
    if (t->document == NULL)
        return false;
    t->schema.class_name = read_names(json_object_get(t->document, "classes"), FOREST_MAX_CLASSES, &t->schema.classes);
    bool good = t->schema.class_name != NULL && t->schema.classes >= 2 &&
                read_features(&t->schema, json_object_get(t->document, "features")) &&
                read_time(t->document, "holdout_from", &t->holdout_from) &&
                read_time(t->document, "validation_from", &t->validation_from) &&
                read_time(t->document, "trained_until", &t->trained_until) &&
                read_hash(t->document, "features_sha256", t->sha256) &&
                read_hash(t->document, "train_sha256", t->train_sha256);
    return good || volume_reject(volume, err, VOLUME_SCHEMA, "it was not written by leadforest-features");
}

/* ---- features.csv ---- */

/* The array with another size; if memory runs out, the old array, and *done false. */
static void *resize(void *array, size_t bytes, bool *done) {
    void *larger = realloc(array, bytes);
    if (larger != NULL)
        return larger;
    *done = false;
    return array;
}

static bool grow(struct feature_table *t, size_t *capacity) {
    size_t wanted = 2 * *capacity + FIRST_ROWS;
    bool done = true;
    t->x = resize(t->x, wanted * t->schema.features * sizeof *t->x, &done);
    t->label = resize(t->label, wanted * sizeof *t->label, &done);
    t->weight = resize(t->weight, wanted * sizeof *t->weight, &done);
    t->split = resize(t->split, wanted * sizeof *t->split, &done);
    t->period = resize(t->period, wanted * sizeof *t->period, &done);
    if (done)
        *capacity = wanted;
    return done;
}

static bool read_value(const struct forest_feature *feature, const char *text, float *out) {
    char *end;
    *out = NAN;
    if (text[0] == '\0')
        return true;
    *out = strtof(text, &end);
    bool number = *end == '\0' && !isnan(*out);
    return number && (feature->levels == 0 || (*out >= FOREST_UNSEEN && *out < (float)feature->levels));
}

static bool read_integer(const char *text, unsigned long max, unsigned long *out) {
    char *end;
    *out = strtoul(text, &end, 10);
    return end != text && *end == '\0' && *out <= max;
}

struct feature_reader {
    struct feature_table *table;
    size_t capacity;
};

static bool check_header(const struct forest_schema *schema, const struct csv_header *header) {
    static const char *const last[LAST_COLUMNS] = {"class", "weight", "split", "period"};
    bool good = header->columns == schema->features + LAST_COLUMNS;
    for (size_t i = 0; good && i < schema->features; i++)
        good = strcmp(header->name[i], schema->feature[i].name) == 0;
    for (size_t i = 0; good && i < LAST_COLUMNS; i++)
        good = strcmp(header->name[schema->features + i], last[i]) == 0;
    return good;
}

static bool take_row(void *user, const struct csv_header *header, char *const *fields, char problem[200]) {
    struct feature_reader *reading = user;
    struct feature_table *t = reading->table;
    size_t features = t->schema.features;
    unsigned long class, weight, split, period;
    if (fields == NULL) {
        snprintf(problem, 200, "the columns are not those of schema.json");
        return check_header(&t->schema, header);
    }
    if (t->rows == reading->capacity && !grow(t, &reading->capacity)) {
        snprintf(problem, 200, "out of memory");
        return false;
    }
    for (size_t i = 0; i < features; i++)
        if (!read_value(&t->schema.feature[i], fields[i], &t->x[t->rows * features + i])) {
            snprintf(problem, 200, "\"%.40s\" is not a value of %.80s", fields[i], t->schema.feature[i].name);
            return false;
        }
    if (!read_integer(fields[features], t->schema.classes - 1, &class) ||
        !read_integer(fields[features + 1], UINT32_MAX, &weight) ||
        !read_integer(fields[features + 2], SPLIT_HOLDOUT, &split) ||
        !read_integer(fields[features + 3], UINT32_MAX - 1, &period)) {
        snprintf(problem, 200, "class, weight, split or period is out of range");
        return false;
    }
    t->label[t->rows] = (uint16_t) class;
    t->weight[t->rows] = (uint32_t)weight;
    t->split[t->rows] = (uint8_t)split;
    t->period[t->rows] = (uint32_t)period;
    t->total += weight;
    t->rows++;
    return true;
}

static bool read_rows(struct feature_table *t, const struct volume *volume, struct error *err) {
    char sha256[SHA256_HEX];
    struct feature_reader reading = {.table = t};
    if (!files_sha256_at(volume, VOLUME_FEATURES, sha256, err))
        return false;
    if (strcmp(sha256, t->sha256) != 0) {
        volume_reject(volume, err, VOLUME_FEATURES,
                      "schema.json belongs to another features.csv; run leadforest-features");
        err->retryable = true;
        return false;
    }
    return csv_table_read_at(volume, VOLUME_FEATURES, take_row, &reading, err) &&
           (t->rows > 0 || volume_reject(volume, err, VOLUME_FEATURES, "no rows"));
}

bool feature_table_read_at(struct feature_table *out, const struct volume *volume, struct error *err) {
    struct feature_table table = {0};
    bool done = read_schema(&table, volume, err) && read_rows(&table, volume, err);
    if (done)
        *out = table;
    else
        feature_table_done(&table);
    return done;
}

void feature_table_done(struct feature_table *table) {
    for (size_t i = 0; i < table->schema.features; i++)
        free((void *)table->schema.feature[i].level);
    free((void *)table->schema.feature);
    free((void *)table->schema.class_name);
    free(table->x);
    free(table->label);
    free(table->weight);
    free(table->split);
    free(table->period);
    json_decref(table->document);
    *table = (struct feature_table){0};
}
