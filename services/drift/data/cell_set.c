/* cell_set.c - numbers for values, and for sets of them. */
#include "services/drift/data/cell_set.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libetl/base/array.h"
#include "services/common/table/feature_codec.h"

enum { VALUE_KEY = 12 /* bytes of a value's number in a key */ };

bool cell_set_init(struct cell_set *in, const struct etl_config *config) {
    size_t features = config->feature_count;
    *in = (struct cell_set){
        .config = config, .texts = calloc(features + 1, sizeof *in->texts), .key = malloc(features * VALUE_KEY + 1)};
    uint32_t number;
    bool done = in->texts != NULL && in->key != NULL;
    for (size_t i = 0; i < features && done; i++)
        done = string_intern_add(&in->texts[i], "", &number);
    return done;
}

void cell_set_done(struct cell_set *in) {
    for (size_t i = 0; in->texts != NULL && i < in->config->feature_count; i++)
        string_intern_done(&in->texts[i]);
    string_intern_done(&in->cells);
    json_decref(in->unreadable);
    free(in->texts);
    free(in->value);
    free(in->key);
    *in = (struct cell_set){0};
}

static bool grow(struct cell_set *in) {
    size_t values = (in->config->feature_count + 1) * sizeof *in->value;
    return etl_array_reserve(&in->value, &in->value_capacity, in->cells.count + 1, values);
}

/* The value that was read, as text. */
static const char *text_of(struct cell_set *in, size_t feature, struct feature_reading reading,
                           char number[FEATURE_NUMBER_TEXT]) {
    if (reading.status == FEATURE_UNREADABLE)
        feature_count_unreadable(&in->unreadable, in->config->features[feature].name);
    if (isnan(reading.number))
        return reading.text.at;
    feature_write_number(reading.number, number);
    return number;
}

static bool add(struct cell_set *in, const struct feature_reading *reading, uint32_t *cell) {
    size_t features = in->config->feature_count, known = in->cells.count, used = 0;
    char room[FEATURE_NUMBER_TEXT];
    if (!grow(in))
        return false;
    uint32_t *number = in->value + known * features;
    in->key[0] = '\0';
    for (size_t i = 0; i < features; i++) {
        const char *text = text_of(in, i, reading[i], room);
        if (strlen(text) > ETL_CONFIG_MAX_NAME || !string_intern_add(&in->texts[i], text, &number[i]))
            return false;
        used += (size_t)snprintf(in->key + used, VALUE_KEY, "%u,", number[i]);
    }
    return string_intern_add(&in->cells, in->key, cell);
}

bool cell_set_add(struct cell_set *in, const char *const *values, uint32_t *cell) {
    struct feature_reading reading[ETL_CONFIG_MAX_FEATURES];
    for (size_t i = 0; i < in->config->feature_count; i++)
        reading[i] = feature_read_cell(feature_kind_declared(&in->config->features[i]), values[i]);
    return add(in, reading, cell);
}

bool cell_set_add_json(struct cell_set *in, const json_t *object, uint32_t *cell) {
    struct feature_reading reading[ETL_CONFIG_MAX_FEATURES];
    for (size_t i = 0; i < in->config->feature_count; i++) {
        const struct etl_config_feature *feature = &in->config->features[i];
        reading[i] = feature_read_json(feature_kind_declared(feature), json_object_get(object, feature->name));
    }
    return add(in, reading, cell);
}

const char *cell_set_text(const struct cell_set *in, uint32_t cell, size_t feature) {
    return string_intern_text(&in->texts[feature], in->value[cell * in->config->feature_count + feature]);
}

json_t *cell_set_describe(const struct cell_set *in, uint32_t cell) {
    json_t *object = json_object();
    for (size_t i = 0; i < in->config->feature_count; i++)
        if (cell_set_text(in, cell, i)[0] != '\0')
            json_object_set_new(object, in->config->features[i].name, json_string(cell_set_text(in, cell, i)));
    return object;
}
