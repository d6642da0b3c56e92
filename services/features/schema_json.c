/* schema_json.c - describes features, classes, times and row counts. */
#include "services/features/schema_json.h"

#include "services/common/table/feature_codec.h"

static json_t *describe_feature(const struct etl_config *config, const struct encoded_feature *feature) {
    const struct etl_config_feature *declared = &config->features[feature->place];
    const char *kind = feature_kind_of(feature_kind_declared(declared))->name;
    json_t *object = json_pack("{s:s, s:s}", "name", declared->name, "kind", kind), *vocabulary = json_array();
    for (size_t i = 0; i < feature->vocabulary.count; i++)
        json_array_append_new(vocabulary, json_string(feature->vocabulary.name[i]));
    if (!feature->numeric)
        json_object_set(object, "levels", vocabulary);
    json_decref(vocabulary);
    return object;
}

static json_t *describe_time(const struct split *split, const struct training_rows *p, size_t place) {
    char text[UNIX_TIME_TEXT];
    unix_time_format(split_time(split, p, place), text);
    return json_string(text);
}

json_t *schema_json_make(const struct training_rows *p, const struct split *split, const struct encoding *encoding,
                         const char *features_sha256, const char *train_sha256) {
    json_t *features = json_array(), *classes = json_array();
    for (size_t i = 0; i < encoding->features; i++)
        json_array_append_new(features, describe_feature(p->config, &encoding->feature[i]));
    for (size_t i = 0; i < p->config->package_count; i++)
        json_array_append_new(classes, json_string(p->config->packages[i].name));
    json_t *rows = json_pack("{s:I, s:I, s:I}", "train", (json_int_t)split->validation, "validation",
                             (json_int_t)(split->holdout - split->validation), "holdout",
                             (json_int_t)(split->count - split->holdout));
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:i, s:o, s:{s:s, s:s}}",           //
                     "features", features, "classes", classes,                      //
                     "validation_from", describe_time(split, p, split->validation), //
                     "trained_until", describe_time(split, p, split->holdout - 1),  //
                     "holdout_from", describe_time(split, p, split->holdout),       //
                     "period_days", FEATURE_PERIOD_DAYS, "rows", rows,              //
                     "data", "features_sha256", features_sha256, "train_sha256", train_sha256);
}
