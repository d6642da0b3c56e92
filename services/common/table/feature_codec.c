/* feature_codec.c - reads, encodes and writes values by the kind of their feature. */
#include "services/common/table/feature_codec.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libetl/base/number.h"

/* ---- kinds ---- */

static const struct feature_kind kinds[] = {
    [FOREST_CATEGORICAL] = {"categorical", "string", "string_type", "BYTES", "str"},
    [FOREST_NUMERIC] = {"numeric", "number", "number_type", "FP32", "float32"},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

const struct feature_kind *feature_kind_of(enum forest_kind kind) {
    return &kinds[kind];
}

bool feature_kind_find(const char *name, enum forest_kind *out) {
    for (size_t i = 0; i < KINDS; i++)
        if (strcmp(kinds[i].name, name) == 0) {
            *out = (enum forest_kind)i;
            return true;
        }
    return false;
}

enum forest_kind feature_kind_declared(const struct etl_config_feature *feature) {
    return feature->numeric ? FOREST_NUMERIC : FOREST_CATEGORICAL;
}

/* ---- reading ---- */

static struct feature_reading no_value(enum feature_status status) {
    return (struct feature_reading){.status = status, .text = {"", 0}, .number = NAN};
}

static struct feature_reading number(double value) {
    double bounded = fmin(fmax(value, -(double)FLT_MAX), (double)FLT_MAX);
    float narrow = (float)bounded;
    return (struct feature_reading){FEATURE_VALUE, {"", 0}, narrow == 0 ? 0 : narrow};
}

struct feature_reading feature_read_number(struct etl_text text) {
    char plain[ETL_NUMBER_TEXT];
    double value;
    if (etl_number_read(text, plain, &value))
        return number(value);
    return no_value(etl_text_trim(text).size > 0 ? FEATURE_UNREADABLE : FEATURE_MISSING);
}

struct feature_reading feature_read_cell(enum forest_kind kind, const char *cell) {
    return feature_read_text(kind, (struct etl_text){cell, strlen(cell)});
}

struct feature_reading feature_read_json(enum forest_kind kind, const json_t *value) {
    if (value == NULL || json_is_null(value))
        return no_value(FEATURE_MISSING);
    if (json_is_string(value))
        return feature_read_text(kind, (struct etl_text){json_string_value(value), json_string_length(value)});
    if (json_is_number(value) && kind == FOREST_NUMERIC)
        return number(json_number_value(value));
    return no_value(FEATURE_UNREADABLE);
}

/* ---- values of a schema ---- */

bool feature_codec_open(struct feature_codec *codec, const struct forest_schema *schema) {
    *codec = (struct feature_codec){schema, calloc(schema->features, sizeof *codec->index)};
    bool done = codec->index != NULL;
    for (size_t i = 0; i < schema->features && done; i++)
        done = schema->feature[i].levels == 0 || category_index_open(&codec->index[i], &schema->feature[i]);
    if (!done)
        feature_codec_done(codec);
    return done;
}

void feature_codec_done(struct feature_codec *codec) {
    for (size_t i = 0; codec->index != NULL && i < codec->schema->features; i++)
        category_index_done(&codec->index[i]);
    free(codec->index);
    *codec = (struct feature_codec){0};
}

/* ---- writing ---- */

void feature_write_number(float value, char out[FEATURE_NUMBER_TEXT]) {
    snprintf(out, FEATURE_NUMBER_TEXT, "%.9g", (double)value);
}

const char *feature_value_text(const struct forest_feature *feature, float value, char room[FEATURE_NUMBER_TEXT]) {
    if (feature->kind == FOREST_NUMERIC) {
        feature_write_number(value, room);
        return isnan(value) ? NULL : room;
    }
    return value >= 0 ? feature->level[(size_t)value] : NULL;
}

/* ---- counting unreadable values ---- */

void feature_count_unreadable(json_t **counts, const char *name) {
    if (*counts == NULL)
        *counts = json_object();
    json_int_t before = json_integer_value(json_object_get(*counts, name));
    json_object_set_new(*counts, name, json_integer(before + 1));
}
