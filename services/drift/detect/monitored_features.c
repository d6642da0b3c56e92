/* monitored_features.c - gives each kind its category in each stream. */
#include "services/drift/detect/monitored_features.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/table/feature_codec.h"

enum { MISSING = 0, KNOWN = 0, UNKNOWN = 1, CELL_KEY = 12 };

static const struct etl_config_feature *input_of(const struct monitored_features *s, size_t input) {
    return &s->cell_set->config->features[input];
}

static size_t input_count(const struct monitored_features *s) {
    return s->cell_set->config->feature_count;
}

/* ---- numbers ---- */

static struct feature_reading read_input(const struct monitored_features *s, uint32_t cell, size_t input) {
    return feature_read_cell(feature_kind_declared(input_of(s, input)), cell_set_text(s->cell_set, cell, input));
}

static bool read_numbers(struct monitored_features *s) {
    size_t count = input_count(s);
    s->number = calloc((s->layout.cells + 1) * count, sizeof *s->number);
    for (uint32_t cell = 0; s->number != NULL && cell < s->layout.cells; cell++)
        for (size_t i = 0; i < count; i++)
            s->number[cell * count + i] = read_input(s, cell, i).number;
    return s->number != NULL;
}

/* The reference's values of one column of numbers, binned. values is room for all kinds. */
static void bin(struct quantile_bins *out, const float *column, size_t step, const struct reference *reference,
                struct quantile_bins_value *values) {
    size_t count = 0;
    for (size_t cell = 0; cell < reference->cells; cell++)
        if (reference->count[cell] > 0 && !isnan(column[cell * step]))
            values[count++] = (struct quantile_bins_value){column[cell * step], reference->count[cell]};
    quantile_bins_make(out, values, count);
}

/* ---- the features and their joint cell ---- */

static uint32_t input_category(const struct monitored_features *s, uint32_t cell, size_t input) {
    if (!input_of(s, input)->numeric)
        return s->cell_set->value[cell * input_count(s) + input];
    float value = s->number[cell * input_count(s) + input];
    return isnan(value) ? MISSING : 1 + (uint32_t)quantile_bins_find(&s->bins[input], value);
}

static size_t input_categories(const struct monitored_features *s, size_t input) {
    return input_of(s, input)->numeric ? s->bins[input].bins + 1 : s->cell_set->texts[input].count;
}

static bool joint_cell(struct monitored_features *s, const uint32_t *category, uint32_t *out) {
    char key[ETL_CONFIG_MAX_FEATURES * CELL_KEY];
    size_t used = 0;
    for (size_t i = 0; i < input_count(s); i++)
        used += (size_t)snprintf(key + used, CELL_KEY, "%u,", category[i]);
    return string_intern_add(&s->joint_cells, key, out);
}

/* ---- the champion ---- */

/* A kind's text of a feature, by its name; empty where the configuration has none. */
static const char *text_of(const struct monitored_features *s, uint32_t cell, const char *name) {
    for (size_t i = 0; i < input_count(s); i++)
        if (strcmp(input_of(s, i)->name, name) == 0)
            return cell_set_text(s->cell_set, cell, i);
    return "";
}

/* A kind as the champion's row; whether it knows all its categories. */
static bool row_of(const struct monitored_features *s, const struct feature_codec *codec, uint32_t cell, float *row) {
    bool known = true;
    for (size_t i = 0; i < codec->schema->features; i++) {
        const struct forest_feature *feature = &codec->schema->feature[i];
        row[i] = feature_codec_encode(codec, i, feature_read_cell(feature->kind, text_of(s, cell, feature->name)));
        known = known && (feature->levels == 0 || row[i] >= 0);
    }
    return known;
}

/* What it predicts of each kind, and how sure it is: confidence[kind].  row is room for one. */
static void predict_kinds(struct monitored_features *s, const struct feature_codec *codec, float *row,
                          float *confidence) {
    float probability[FOREST_MAX_CLASSES];
    for (uint32_t cell = 0; cell < s->layout.cells; cell++) {
        uint32_t *category = s->layout.category + cell * s->layout.features;
        category[s->unknown] = row_of(s, codec, cell, row) ? KNOWN : UNKNOWN;
        forest_predict(s->forest, row, probability);
        uint16_t best = forest_classify(s->forest, row);
        category[s->package] = best;
        confidence[cell] = probability[best];
    }
}

static void bin_confidence(struct monitored_features *s, const float *confidence) {
    for (uint32_t cell = 0; cell < s->layout.cells; cell++)
        s->layout.category[cell * s->layout.features + s->confidence] =
            (uint32_t)quantile_bins_find(&s->confidence_bins, confidence[cell]);
}

static bool predict_cells(struct monitored_features *s, const struct reference *reference,
                          struct quantile_bins_value *values) {
    const struct forest_schema *schema = forest_schema_of(s->forest);
    float *row = malloc(schema->features * sizeof *row), *confidence = calloc(s->layout.cells + 1, sizeof *confidence);
    struct feature_codec codec = {0};
    bool done = row != NULL && confidence != NULL && feature_codec_open(&codec, schema);
    if (done) {
        predict_kinds(s, &codec, row, confidence);
        bin(&s->confidence_bins, confidence, 1, reference, values);
        bin_confidence(s, confidence);
    }
    feature_codec_done(&codec);
    free(row);
    free(confidence);
    return done;
}

/* ---- all ---- */

static size_t add_feature(struct monitored_features *s) {
    return s->layout.features++;
}

static bool classify_cells(struct monitored_features *s, const struct reference *reference,
                           struct quantile_bins_value *values) {
    for (size_t i = 0; i < input_count(s); i++)
        if (input_of(s, i)->numeric)
            bin(&s->bins[i], s->number + i, input_count(s), reference, values);
    for (uint32_t cell = 0; cell < s->layout.cells; cell++) {
        uint32_t *category = s->layout.category + cell * s->layout.features;
        for (size_t i = 0; i < input_count(s); i++)
            category[i] = input_category(s, cell, i);
        if (!joint_cell(s, category, &category[s->joint]))
            return false;
    }
    return s->forest == NULL || predict_cells(s, reference, values);
}

static void set_offsets(struct monitored_features *s, double floor) {
    size_t *offset = s->layout.offset;
    for (size_t i = 0; i < s->layout.features; i++)
        s->layout.floor[i] = i == s->unknown ? floor / 5 : floor;
    for (size_t i = 0; i < input_count(s); i++)
        offset[i + 1] = offset[i] + input_categories(s, i);
    offset[s->joint + 1] = offset[s->joint] + s->joint_cells.count;
    if (s->forest == NULL)
        return;
    offset[s->package + 1] = offset[s->package] + forest_schema_of(s->forest)->classes;
    offset[s->confidence + 1] = offset[s->confidence] + s->confidence_bins.bins;
    offset[s->unknown + 1] = offset[s->unknown] + 2;
}

bool monitored_features_make(struct monitored_features *out, const struct cell_set *cell_set,
                             const struct reference *reference, const struct forest *forest, double floor) {
    struct monitored_features s = {
        .cell_set = cell_set,
        .forest = forest,
        .package = MONITORED_FEATURES_NONE,
        .confidence = MONITORED_FEATURES_NONE,
        .unknown = MONITORED_FEATURES_NONE,
        .layout = {.features = cell_set->config->feature_count, .cells = cell_set->cells.count}};
    s.joint = add_feature(&s);
    if (forest != NULL) {
        s.package = add_feature(&s);
        s.confidence = add_feature(&s);
        s.unknown = add_feature(&s);
    }
    s.layout.category = calloc(s.layout.cells * s.layout.features + 1, sizeof *s.layout.category);
    s.bins = calloc(cell_set->config->feature_count + 1, sizeof *s.bins);
    struct quantile_bins_value *values = malloc((s.layout.cells + 1) * sizeof *values);
    bool done = s.layout.category != NULL && s.bins != NULL && values != NULL && read_numbers(&s) &&
                classify_cells(&s, reference, values);
    free(values);
    if (done) {
        set_offsets(&s, floor);
        *out = s;
    } else {
        monitored_features_done(&s);
    }
    return done;
}

void monitored_features_done(struct monitored_features *s) {
    free(s->layout.category);
    string_intern_done(&s->joint_cells);
    free(s->bins);
    free(s->number);
    *s = (struct monitored_features){0};
}

/* ---- in words ---- */

const char *monitored_features_name(const struct monitored_features *s, size_t feature) {
    if (feature < input_count(s))
        return input_of(s, feature)->name;
    if (feature == s->joint)
        return "joint cell";
    if (feature == s->package)
        return "predicted package";
    return feature == s->confidence ? "confidence" : "unknown share";
}

bool monitored_features_is_numeric(const struct monitored_features *s, size_t feature) {
    return feature < input_count(s) && input_of(s, feature)->numeric;
}

static void describe_bin(const struct quantile_bins *q, size_t number, char out[ETL_CONFIG_MAX_NAME + 1]) {
    char low[24] = "-inf", high[24] = "inf";
    if (number > 0)
        snprintf(low, sizeof low, "%.6g", (double)q->edge[number - 1]);
    if (number + 1 < q->bins)
        snprintf(high, sizeof high, "%.6g", (double)q->edge[number]);
    snprintf(out, ETL_CONFIG_MAX_NAME + 1, "(%s, %s]", low, high);
}

static void describe_input(const struct monitored_features *s, size_t input, size_t category,
                           char out[ETL_CONFIG_MAX_NAME + 1]) {
    if (category == MISSING)
        snprintf(out, ETL_CONFIG_MAX_NAME + 1, "(missing)");
    else if (input_of(s, input)->numeric)
        describe_bin(&s->bins[input], category - 1, out);
    else
        snprintf(out, ETL_CONFIG_MAX_NAME + 1, "%s",
                 string_intern_text(&s->cell_set->texts[input], (uint32_t)category));
}

/* The cell's categories, as far as there is room. */
static void describe_joint_cell(const struct monitored_features *s, size_t cell, char out[ETL_CONFIG_MAX_NAME + 1]) {
    const char *key = string_intern_text(&s->joint_cells, (uint32_t)cell);
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < input_count(s); i++) {
        char *end, text[ETL_CONFIG_MAX_NAME + 1];
        describe_input(s, i, strtoul(key, &end, 10), text);
        key = end + 1;
        size_t more = strlen(text) + (i > 0 ? 2 : 0);
        if (used + more > ETL_CONFIG_MAX_NAME)
            break;
        used += (size_t)snprintf(out + used, ETL_CONFIG_MAX_NAME + 1 - used, "%s%s", i > 0 ? ", " : "", text);
    }
}

/* Cut the text at the end of a complete UTF-8 character. */
static void truncate_utf8(char *text, size_t limit) {
    size_t end = strlen(text);
    if (end <= limit)
        return;
    for (end = limit; end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80;)
        end--;
    text[end] = '\0';
}

void monitored_features_category(const struct monitored_features *s, size_t feature, size_t category,
                                 char out[ETL_CONFIG_MAX_NAME + 1], size_t limit) {
    if (feature < input_count(s))
        describe_input(s, feature, category, out);
    else if (feature == s->joint)
        describe_joint_cell(s, category, out);
    else if (feature == s->package)
        snprintf(out, ETL_CONFIG_MAX_NAME + 1, "%s", forest_schema_of(s->forest)->class_name[category]);
    else if (feature == s->confidence)
        describe_bin(&s->confidence_bins, category, out);
    else
        snprintf(out, ETL_CONFIG_MAX_NAME + 1, "%s", category == KNOWN ? "known" : "unknown");
    truncate_utf8(out, limit);
}
