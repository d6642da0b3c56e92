/*
 * feature_codec.h - the values of features, read from text, JSON and CSV by one rule.
 *
 * An input is one of three things:
 *
 *   missing      absent, null, or empty text (for a number also white space)
 *   a value      for a category, any other text; for a number, a finite JSON number or text that is one number
 *                (libetl/base/number.h: white space around it and thousands commas do not count)
 *   unreadable   anything else: "abc", NaN, infinity or 1e999 where a number is due; a JSON number, a boolean, a
 *                list or an object where a category is due.  A CSV cell is text, so 7 is a category there.
 *
 * Each door does its own with them:
 *
 *   door                      missing                                        unreadable
 *   POST /predict, batches    absent or null: 422; empty text: answered,     422, with its place
 *                             with a warning
 *   Open Inference Protocol   null: 400; empty text: answered                400, with its place
 *   score, features           missing                                        missing, counted by name
 *   drift, gate               missing                                        missing, counted by name
 *
 * A number is rounded to float once, from double, in every notation.  Beyond the range of float it is the largest
 * float; -0 is 0.  JSON with NaN or 1e999 outside quotes is not JSON: /predict answers 400 with line and column, and
 * such a log line is malformed.
 *
 * A new kind of feature is a row of the table in feature_codec.c, and how it is read there.
 */
#ifndef COMMON_FEATURE_CODEC_H
#define COMMON_FEATURE_CODEC_H

#include <jansson.h>
#include <math.h>

#include "libetl/base/text.h"
#include "libetl/config.h"
#include "libforest/forest.h"
#include "services/common/table/category_index.h"
#include "services/common/util/error.h"

/* ---- kinds ---- */

/* The names of a kind in each format. */
struct feature_kind {
    const char *name;          /* in the configuration, schema.json and GET /model */
    const char *json_type;     /* JSON Schema */
    const char *json_mismatch; /* the error type for another JSON type */
    const char *tensor_type;   /* Open Inference Protocol */
    const char *array_type;    /* MLflow's signature */
};

const struct feature_kind *feature_kind_of(enum forest_kind kind);
bool feature_kind_find(const char *name, enum forest_kind *out); /* by its name; false: unknown */
enum forest_kind feature_kind_declared(const struct etl_config_feature *feature);

/* ---- reading ---- */

enum feature_status { FEATURE_MISSING, FEATURE_VALUE, FEATURE_UNREADABLE };

/* A category's text (borrowed) or a number.  Without a value the text is empty and the number NaN. */
struct feature_reading {
    enum feature_status status;
    struct etl_text text;
    float number;
};

struct feature_reading feature_read_number(struct etl_text text);

/* This and feature_codec_encode are inline for /predict. */
static inline struct feature_reading feature_read_category(struct etl_text text) {
    enum feature_status status = text.size > 0 ? FEATURE_VALUE : FEATURE_MISSING;
    return (struct feature_reading){status, text.size > 0 ? text : (struct etl_text){"", 0}, NAN};
}
static inline struct feature_reading feature_read_text(enum forest_kind kind, struct etl_text text) {
    return kind == FOREST_CATEGORICAL ? feature_read_category(text) : feature_read_number(text);
}
struct feature_reading feature_read_cell(enum forest_kind kind, const char *cell); /* of a CSV file */
struct feature_reading feature_read_json(enum forest_kind kind, const json_t *value /* NULL: absent */);

/* ---- values of a schema ---- */

/* A schema with an index of each feature's categories; read-only once open. */
struct feature_codec {
    const struct forest_schema *schema; /* borrowed */
    struct category_index *index;       /* [schema->features]; empty for numbers */
};

MUST_CHECK bool feature_codec_open(struct feature_codec *codec,
                                   const struct forest_schema *schema); /* false: out of memory */
void feature_codec_done(struct feature_codec *codec);                   /* fine on zeroes */

/* The value in a row of the forest: a category's number or FOREST_UNSEEN, a number, or NaN without a value. */
static inline float feature_codec_encode(const struct feature_codec *codec, size_t feature,
                                         struct feature_reading reading) {
    if (reading.status != FEATURE_VALUE || codec->schema->feature[feature].kind == FOREST_NUMERIC)
        return reading.number;
    return category_index_find(&codec->index[feature], reading.text.at, reading.text.size);
}

/* ---- writing ---- */

enum { FEATURE_NUMBER_TEXT = 32 };

/* A number as text, from which the same float is read again. */
void feature_write_number(float number, char out[FEATURE_NUMBER_TEXT]);

/* A row's value as text: a category's name (borrowed) or a number (written into room); NULL: missing or unseen. */
const char *feature_value_text(const struct forest_feature *feature, float value, char room[FEATURE_NUMBER_TEXT]);

/* ---- counting unreadable values ---- */

/* Count an unreadable value of this feature; *counts is NULL before the first, then {"age": 3}. */
void feature_count_unreadable(json_t **counts, const char *name);

#endif
