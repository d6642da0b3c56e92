/* streams.c - gives each kind its category in each stream. */
#include "services/drift/streams.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MISSING = 0, KNOWN = 0, UNKNOWN = 1, CELL_KEY = 12 };

static const struct config_feature *feature_of(const struct streams *s, size_t feature) {
    return &s->inputs->config->features[feature];
}

static size_t features(const struct streams *s) {
    return s->inputs->config->feature_count;
}

/* ---- numbers ---- */

static float number_of(const char *text) {
    char *end;
    if (text[0] == '\0')
        return NAN;
    float value = strtof(text, &end);
    return *end == '\0' && isfinite(value) ? value : NAN;
}

static bool read_numbers(struct streams *s) {
    size_t count = features(s);
    s->number = calloc((s->panel.kinds + 1) * count, sizeof *s->number);
    for (uint32_t kind = 0; s->number != NULL && kind < s->panel.kinds; kind++)
        for (size_t i = 0; i < count; i++)
            s->number[kind * count + i] =
                feature_of(s, i)->kind == CONFIG_NUMERIC ? number_of(inputs_text(s->inputs, kind, i)) : NAN;
    return s->number != NULL;
}

/* The reference's values of one column of numbers, binned. values is room for all kinds. */
static void bin(struct quantiles *out, const float *column, size_t step, const struct reference *reference,
                struct quantiles_value *values) {
    size_t count = 0;
    for (size_t kind = 0; kind < reference->kinds; kind++)
        if (reference->count[kind] > 0 && !isnan(column[kind * step]))
            values[count++] = (struct quantiles_value){column[kind * step], reference->count[kind]};
    quantiles_make(out, values, count);
}

/* ---- the features and their joint cell ---- */

static uint32_t feature_category(const struct streams *s, uint32_t kind, size_t feature) {
    if (feature_of(s, feature)->kind == CONFIG_CATEGORICAL)
        return s->inputs->value[kind * features(s) + feature];
    float value = s->number[kind * features(s) + feature];
    return isnan(value) ? MISSING : 1 + (uint32_t)quantiles_bin(&s->bins[feature], value);
}

static size_t feature_categories(const struct streams *s, size_t feature) {
    return feature_of(s, feature)->kind == CONFIG_CATEGORICAL ? s->inputs->texts[feature].count
                                                              : s->bins[feature].bins + 1;
}

static bool joint_category(struct streams *s, const uint32_t *category, uint32_t *out) {
    char key[CONFIG_MAX_FEATURES * CELL_KEY];
    size_t used = 0;
    for (size_t i = 0; i < features(s); i++)
        used += (size_t)snprintf(key + used, CELL_KEY, "%u,", category[i]);
    return dictionary_number(&s->cells, key, out);
}

/* ---- the champion ---- */

static const char *text_of(const struct streams *s, uint32_t kind, const char *name, size_t *place) {
    for (size_t i = 0; i < features(s); i++)
        if (strcmp(feature_of(s, i)->name, name) == 0) {
            *place = i;
            return inputs_text(s->inputs, kind, i);
        }
    return "";
}

/* A kind as the champion's row; whether it knows all its categories. */
static bool row_of(const struct streams *s, uint32_t kind, float *row) {
    const struct forest_schema *schema = forest_schema_of(s->forest);
    bool known = true;
    for (size_t i = 0; i < schema->features; i++) {
        size_t place = 0;
        const char *text = text_of(s, kind, schema->feature[i].name, &place);
        row[i] = NAN;
        if (text[0] != '\0')
            row[i] = schema->feature[i].kind == FOREST_NUMERIC ? s->number[kind * features(s) + place]
                                                               : forest_level(&schema->feature[i], text);
        known = known && (schema->feature[i].kind == FOREST_NUMERIC || row[i] >= 0);
    }
    return known;
}

static bool ask_champion(struct streams *s, const struct reference *reference, struct quantiles_value *values) {
    const struct forest_schema *schema = forest_schema_of(s->forest);
    size_t streams = s->panel.streams;
    float *row = malloc(schema->features * sizeof *row), *confidence = calloc(s->panel.kinds + 1, sizeof *confidence);
    float probability[FOREST_MAX_CLASSES];
    bool done = row != NULL && confidence != NULL;
    for (uint32_t kind = 0; done && kind < s->panel.kinds; kind++) {
        uint32_t *category = s->panel.category + kind * streams;
        category[s->unknown] = row_of(s, kind, row) ? KNOWN : UNKNOWN;
        forest_predict(s->forest, row, probability);
        uint16_t best = forest_classify(s->forest, row);
        category[s->package] = best;
        confidence[kind] = probability[best];
    }
    if (done)
        bin(&s->confidence_bins, confidence, 1, reference, values);
    for (uint32_t kind = 0; done && kind < s->panel.kinds; kind++)
        s->panel.category[kind * streams + s->confidence] =
            (uint32_t)quantiles_bin(&s->confidence_bins, confidence[kind]);
    free(row);
    free(confidence);
    return done;
}

/* ---- all ---- */

static size_t add_stream(struct streams *s) {
    return s->panel.streams++;
}

static bool classify_kinds(struct streams *s, const struct reference *reference, struct quantiles_value *values) {
    for (size_t i = 0; i < features(s); i++)
        if (feature_of(s, i)->kind == CONFIG_NUMERIC)
            bin(&s->bins[i], s->number + i, features(s), reference, values);
    for (uint32_t kind = 0; kind < s->panel.kinds; kind++) {
        uint32_t *category = s->panel.category + kind * s->panel.streams;
        for (size_t i = 0; i < features(s); i++)
            category[i] = feature_category(s, kind, i);
        if (!joint_category(s, category, &category[s->joint]))
            return false;
    }
    return s->forest == NULL || ask_champion(s, reference, values);
}

static void lay_out(struct streams *s, double floor) {
    size_t *offset = s->panel.offset;
    for (size_t i = 0; i < s->panel.streams; i++)
        s->panel.floor[i] = i == s->unknown ? floor / 5 : floor;
    for (size_t i = 0; i < features(s); i++)
        offset[i + 1] = offset[i] + feature_categories(s, i);
    offset[s->joint + 1] = offset[s->joint] + s->cells.count;
    if (s->forest == NULL)
        return;
    offset[s->package + 1] = offset[s->package] + forest_schema_of(s->forest)->classes;
    offset[s->confidence + 1] = offset[s->confidence] + s->confidence_bins.bins;
    offset[s->unknown + 1] = offset[s->unknown] + 2;
}

bool streams_make(struct streams *out, const struct inputs *inputs, const struct reference *reference,
                  const struct forest *forest, double floor) {
    struct streams s = {.inputs = inputs,
                        .forest = forest,
                        .package = STREAMS_NONE,
                        .confidence = STREAMS_NONE,
                        .unknown = STREAMS_NONE,
                        .panel = {.streams = inputs->config->feature_count, .kinds = inputs->kinds.count}};
    s.joint = add_stream(&s);
    if (forest != NULL) {
        s.package = add_stream(&s);
        s.confidence = add_stream(&s);
        s.unknown = add_stream(&s);
    }
    s.panel.category = calloc(s.panel.kinds * s.panel.streams + 1, sizeof *s.panel.category);
    s.bins = calloc(inputs->config->feature_count + 1, sizeof *s.bins);
    struct quantiles_value *values = malloc((s.panel.kinds + 1) * sizeof *values);
    bool done = s.panel.category != NULL && s.bins != NULL && values != NULL && read_numbers(&s) &&
                classify_kinds(&s, reference, values);
    free(values);
    if (done) {
        lay_out(&s, floor);
        *out = s;
    } else {
        streams_done(&s);
    }
    return done;
}

void streams_done(struct streams *s) {
    free(s->panel.category);
    dictionary_done(&s->cells);
    free(s->bins);
    free(s->number);
    *s = (struct streams){0};
}

/* ---- in words ---- */

const char *streams_name(const struct streams *s, size_t stream) {
    if (stream < features(s))
        return feature_of(s, stream)->name;
    if (stream == s->joint)
        return "joint cell";
    if (stream == s->package)
        return "predicted package";
    return stream == s->confidence ? "confidence" : "unknown share";
}

bool streams_is_numeric(const struct streams *s, size_t stream) {
    return stream < features(s) && feature_of(s, stream)->kind == CONFIG_NUMERIC;
}

static void describe_bin(const struct quantiles *q, size_t number, char out[CONFIG_MAX_NAME + 1]) {
    char low[24] = "-inf", high[24] = "inf";
    if (number > 0)
        snprintf(low, sizeof low, "%.6g", (double)q->edge[number - 1]);
    if (number + 1 < q->bins)
        snprintf(high, sizeof high, "%.6g", (double)q->edge[number]);
    snprintf(out, CONFIG_MAX_NAME + 1, "(%s, %s]", low, high);
}

static void describe_feature(const struct streams *s, size_t feature, size_t category, char out[CONFIG_MAX_NAME + 1]) {
    if (category == MISSING)
        snprintf(out, CONFIG_MAX_NAME + 1, "(missing)");
    else if (feature_of(s, feature)->kind == CONFIG_NUMERIC)
        describe_bin(&s->bins[feature], category - 1, out);
    else
        snprintf(out, CONFIG_MAX_NAME + 1, "%s", dictionary_text(&s->inputs->texts[feature], (uint32_t)category));
}

/* The cell's categories, as far as there is room. */
static void describe_cell(const struct streams *s, size_t cell, char out[CONFIG_MAX_NAME + 1]) {
    const char *key = dictionary_text(&s->cells, (uint32_t)cell);
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < features(s); i++) {
        char *end, text[CONFIG_MAX_NAME + 1];
        describe_feature(s, i, strtoul(key, &end, 10), text);
        key = end + 1;
        size_t more = strlen(text) + (i > 0 ? 2 : 0);
        if (used + more > CONFIG_MAX_NAME)
            break;
        used += (size_t)snprintf(out + used, CONFIG_MAX_NAME + 1 - used, "%s%s", i > 0 ? ", " : "", text);
    }
}

/* Back to the end of a whole character of UTF-8. */
static void cut(char *text, size_t most) {
    size_t end = strlen(text);
    if (end <= most)
        return;
    for (end = most; end > 0 && ((unsigned char)text[end] & 0xc0) == 0x80;)
        end--;
    text[end] = '\0';
}

void streams_category(const struct streams *s, size_t stream, size_t category, char out[CONFIG_MAX_NAME + 1],
                      size_t most) {
    if (stream < features(s))
        describe_feature(s, stream, category, out);
    else if (stream == s->joint)
        describe_cell(s, category, out);
    else if (stream == s->package)
        snprintf(out, CONFIG_MAX_NAME + 1, "%s", forest_schema_of(s->forest)->class_name[category]);
    else if (stream == s->confidence)
        describe_bin(&s->confidence_bins, category, out);
    else
        snprintf(out, CONFIG_MAX_NAME + 1, "%s", category == KNOWN ? "known" : "unknown");
    cut(out, most);
}
