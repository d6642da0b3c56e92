/* served_model.c - a verified champion, prepared for serving. */
#include "services/api/model/served_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- answers ---- */

static uint32_t most_probable(const float *prob, size_t classes) {
    size_t best = 0;
    for (size_t i = 1; i < classes; i++)
        if (prob[i] > prob[best])
            best = i;
    return (uint32_t)best;
}

void served_model_write_value(const struct forest_feature *feature, float value, struct strbuf *out) {
    char number[FEATURE_NUMBER_TEXT];
    const char *text = feature_value_text(feature, value, number);
    if (text == NULL)
        strbuf_puts(out, "null");
    else if (text == number)
        strbuf_puts(out, text);
    else
        strbuf_json_string(out, text, strlen(text));
}

static void write_inputs(const struct served_model *model, const float *row, struct strbuf *out) {
    for (size_t i = 0; i < model->features; i++) {
        const struct forest_feature *feature = &model->schema->feature[i];
        strbuf_puts(out, i == 0 ? "{" : ",");
        strbuf_json_string(out, feature->name, strlen(feature->name));
        strbuf_puts(out, ":");
        served_model_write_value(feature, row[i], out);
    }
    strbuf_puts(out, "}");
}

static void write_probabilities(const struct served_model *model, const float *prob, struct strbuf *out) {
    const char *const *name = model->schema->class_name;
    for (size_t i = 0; i < model->classes; i++) {
        strbuf_puts(out, i == 0 ? "{" : ",");
        strbuf_json_string(out, name[i], strlen(name[i]));
        strbuf_puts(out, ":");
        strbuf_probability(out, (double)prob[i]);
    }
    strbuf_puts(out, "}");
}

/* Append all pieces of one row's answer, and store their positions in cell. */
static void prerender(const struct served_model *model, const float *row, struct strbuf *out,
                      struct served_model_cell *cell) {
    float prob[FOREST_MAX_CLASSES];
    forest_predict(model->champion.forest, row, prob);
    cell->best = most_probable(prob, model->classes);
    const char *name = model->schema->class_name[cell->best];

    cell->body = out->size;
    strbuf_puts(out, "{\"predicted_package\":");
    strbuf_json_string(out, name, strlen(name));
    strbuf_puts(out, ",\"probability\":");
    strbuf_probability(out, (double)prob[cell->best]);
    strbuf_puts(out, "}");

    cell->log_json = out->size;
    strbuf_puts(out, "\"inputs\":");
    write_inputs(model, row, out);
    strbuf_puts(out, ",\"probabilities\":");
    cell->probabilities_json = out->size;
    write_probabilities(model, prob, out);
    cell->end = out->size;
}

/* Number of codes of a feature: one for each level, and one for unseen categories. */
static size_t code_count(const struct forest_feature *feature) {
    return feature->levels + 1;
}

static size_t cell_of(const struct served_model *model, const float *row) {
    size_t cell = 0;
    for (size_t i = 0; i < model->features; i++) {
        const struct forest_feature *feature = &model->schema->feature[i];
        size_t code = row[i] >= 0 ? (size_t)row[i] : feature->levels;
        cell = cell * code_count(feature) + code;
    }
    return cell;
}

static void row_of(const struct served_model *model, size_t cell, float *row) {
    for (size_t i = model->features; i-- > 0;) {
        const struct forest_feature *feature = &model->schema->feature[i];
        size_t code = cell % code_count(feature);
        row[i] = code < feature->levels ? (float)code : FOREST_UNSEEN;
        cell /= code_count(feature);
    }
}

static void set_prediction(struct prediction *prediction, const struct served_model_cell *cell, const char *at) {
    *prediction = (struct prediction){.best = cell->best,
                                      .body = at + cell->body,
                                      .body_size = cell->log_json - cell->body,
                                      .log_json = at + cell->log_json,
                                      .log_json_size = cell->end - cell->log_json,
                                      .probabilities_json = at + cell->probabilities_json,
                                      .probabilities_json_size = cell->end - cell->probabilities_json};
}

bool served_model_predict(const struct served_model *model, const float *row, struct prediction *prediction,
                          struct strbuf *scratch) {
    if (model->cells > 0) {
        set_prediction(prediction, &model->cell[cell_of(model, row)], model->prerendered.at);
        return true;
    }
    struct served_model_cell cell;
    strbuf_clear(scratch);
    prerender(model, row, scratch, &cell);
    if (strbuf_ok(scratch))
        set_prediction(prediction, &cell, scratch->at);
    return strbuf_ok(scratch);
}

/* ---- creation ---- */

/* How many cells the input domain has; 0 if it is infinite or too large. */
static size_t count_cells(const struct forest_schema *schema) {
    size_t cells = 1;
    for (size_t i = 0; i < schema->features; i++) {
        if (schema->feature[i].levels == 0 || cells * code_count(&schema->feature[i]) > SERVED_MODEL_MAX_CELLS)
            return 0;
        cells *= code_count(&schema->feature[i]);
    }
    return cells;
}

static bool prerender_cells(struct served_model *model) {
    size_t cells = count_cells(model->schema);
    float row[SERVED_MODEL_MAX_FEATURES] = {0};
    model->cell = calloc(cells > 0 ? cells : 1, sizeof *model->cell);
    if (model->cell == NULL)
        return false;
    for (size_t i = 0; i < cells; i++) {
        row_of(model, i, row);
        prerender(model, row, &model->prerendered, &model->cell[i]);
    }
    model->cells = cells;
    return strbuf_ok(&model->prerendered);
}

static void find_configured(struct served_model *model) {
    const struct etl_config *config = model->model_context->config;
    for (size_t i = 0; i < model->features; i++) {
        model->configured[i] = SERVED_MODEL_MAX_FEATURES;
        for (size_t j = 0; j < config->feature_count; j++)
            if (strcmp(config->features[j].name, model->schema->feature[i].name) == 0)
                model->configured[i] = j;
    }
    for (size_t i = 0; i < model->classes; i++) {
        size_t package = etl_config_find_package(config, model->schema->class_name[i]);
        model->price[i] = package != ETL_CONFIG_ANY_PACKAGE ? config->packages[package].price : -1;
    }
}

struct served_model *served_model_new(struct champion *champion, const struct model_context *model_context,
                                      struct error *err) {
    const struct forest_schema *schema = forest_schema_of(champion->forest);
    if (schema->features > SERVED_MODEL_MAX_FEATURES) {
        error_set(err, "version %lld has %zu features, more than the %d that can be served", champion->version,
                  schema->features, SERVED_MODEL_MAX_FEATURES);
        return NULL;
    }
    struct served_model *model = calloc(1, sizeof *model);
    if (model != NULL) {
        model->model_context = model_context;
        model->schema = schema;
        model->features = schema->features;
        model->classes = schema->classes;
        model->champion.forest = champion->forest;
        model->count = calloc(model_context->loops, (schema->features + schema->classes) * sizeof *model->count);
        snprintf(model->version, sizeof model->version, "%lld", champion->version);
        find_configured(model);
    }
    if (model != NULL && model->count != NULL && feature_codec_open(&model->codec, schema) && prerender_cells(model)) {
        model->champion = *champion;
        *champion = (struct champion){0};
        return model;
    }
    if (model != NULL)
        model->champion.forest = NULL; /* it still belongs to the caller */
    served_model_free(model);
    error_set(err, "version %lld: out of memory", champion->version);
    return NULL;
}

void served_model_free(struct served_model *model) {
    if (model == NULL)
        return;
    feature_codec_done(&model->codec);
    free(model->count);
    free(model->cell);
    strbuf_done(&model->prerendered);
    champion_done(&model->champion);
    free(model);
}

/* ---- reference counting ---- */

/* Models are passed as const: these two functions change only the counters. */
void served_model_ref(const struct served_model *model) {
    atomic_fetch_add(&((struct served_model *)(uintptr_t)model)->references, 1);
}

void served_model_unref(const struct served_model *model) {
    atomic_fetch_sub(&((struct served_model *)(uintptr_t)model)->references, 1);
}

bool served_model_is_referenced(const struct served_model *model) {
    return atomic_load(&model->references) > 0;
}

/* ---- names ---- */

size_t served_model_find_feature(const struct served_model *model, const char *name, size_t size) {
    size_t i = 0;
    while (i < model->features &&
           (strlen(model->schema->feature[i].name) != size || memcmp(model->schema->feature[i].name, name, size) != 0))
        i++;
    return i;
}

float served_model_encode_normalized(const struct served_model *model, size_t feature, struct etl_text text) {
    char canonical[ETL_NORMALIZER_VALUE];
    size_t configured = model->configured[feature];
    if (configured == SERVED_MODEL_MAX_FEATURES ||
        !etl_normalizer_apply(model->model_context->vocabulary, configured, text, canonical))
        return FOREST_UNSEEN;
    return category_index_find(&model->codec.index[feature], canonical, strlen(canonical));
}

/* ---- counters ---- */

/* Only one loop writes a counter, so no locked instruction is needed. */
static void increment(_Atomic uint64_t *counter) {
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + 1, memory_order_relaxed);
}

void served_model_count(const struct served_model *model, size_t loop, uint32_t best, uint64_t unseen) {
    _Atomic uint64_t *count = model->count + loop * (model->classes + model->features);
    increment(&count[best]);
    for (size_t i = 0; unseen != 0; i++, unseen >>= 1)
        if ((unseen & 1) != 0)
            increment(&count[model->classes + i]);
}

static uint64_t sum(const struct served_model *model, size_t place) {
    uint64_t total = 0;
    for (size_t i = 0; i < model->model_context->loops; i++)
        total +=
            atomic_load_explicit(&model->count[i * (model->classes + model->features) + place], memory_order_relaxed);
    return total;
}

uint64_t served_model_predicted(const struct served_model *model, size_t package) {
    return sum(model, package);
}

uint64_t served_model_unseen(const struct served_model *model, size_t feature) {
    return sum(model, model->classes + feature);
}
