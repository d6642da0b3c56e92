/* model.c - a verified champion made ready to serve. */
#include "services/api/model.h"

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

static void write_inputs(const struct model *model, const float *row, struct buffer *out) {
    for (size_t i = 0; i < model->features; i++) {
        const struct forest_feature *feature = &model->schema->feature[i];
        buffer_string(out, i == 0 ? "{" : ",");
        buffer_quoted(out, feature->name, strlen(feature->name));
        buffer_string(out, ":");
        if (feature->kind == FOREST_NUMERIC)
            buffer_format(out, "%.9g", (double)row[i]);
        else if (row[i] >= 0)
            buffer_quoted(out, feature->level[(size_t)row[i]], strlen(feature->level[(size_t)row[i]]));
        else
            buffer_string(out, "null");
    }
    buffer_string(out, "}");
}

static void write_shares(const struct model *model, const float *prob, struct buffer *out) {
    const char *const *name = model->schema->class_name;
    for (size_t i = 0; i < model->classes; i++) {
        buffer_string(out, i == 0 ? "{" : ",");
        buffer_quoted(out, name[i], strlen(name[i]));
        buffer_string(out, ":");
        buffer_share(out, (double)prob[i]);
    }
    buffer_string(out, "}");
}

/* Append all pieces of one row's answer; where they are goes into cell. */
static void write_answer(const struct model *model, const float *row, struct buffer *out, struct model_cell *cell) {
    float prob[FOREST_MAX_CLASSES];
    forest_predict(model->champion.forest, row, prob);
    cell->best = most_probable(prob, model->classes);
    const char *name = model->schema->class_name[cell->best];

    cell->body = out->size;
    buffer_string(out, "{\"predicted_package\":");
    buffer_quoted(out, name, strlen(name));
    buffer_string(out, ",\"probability\":");
    buffer_share(out, (double)prob[cell->best]);
    buffer_string(out, "}");

    cell->logged = out->size;
    buffer_string(out, "\"inputs\":");
    write_inputs(model, row, out);
    buffer_string(out, ",\"probabilities\":");
    cell->shares = out->size;
    write_shares(model, prob, out);
    cell->end = out->size;
}

/* Codes of a feature in the table: its levels, then one for what was never seen. */
static size_t codes_of(const struct forest_feature *feature) {
    return feature->levels + 1;
}

static size_t cell_of(const struct model *model, const float *row) {
    size_t cell = 0;
    for (size_t i = 0; i < model->features; i++) {
        const struct forest_feature *feature = &model->schema->feature[i];
        size_t code = row[i] >= 0 ? (size_t)row[i] : feature->levels;
        cell = cell * codes_of(feature) + code;
    }
    return cell;
}

static void row_of(const struct model *model, size_t cell, float *row) {
    for (size_t i = model->features; i-- > 0;) {
        const struct forest_feature *feature = &model->schema->feature[i];
        size_t code = cell % codes_of(feature);
        row[i] = code < feature->levels ? (float)code : FOREST_UNSEEN;
        cell /= codes_of(feature);
    }
}

static void point(struct model_answer *answer, const struct model_cell *cell, const char *at) {
    *answer = (struct model_answer){.best = cell->best,
                                    .body = at + cell->body,
                                    .body_size = cell->logged - cell->body,
                                    .logged = at + cell->logged,
                                    .logged_size = cell->end - cell->logged,
                                    .shares = at + cell->shares,
                                    .shares_size = cell->end - cell->shares};
}

bool model_answer(const struct model *model, const float *row, struct model_answer *answer, struct buffer *scratch) {
    if (model->cells > 0) {
        point(answer, &model->cell[cell_of(model, row)], model->written.at);
        return true;
    }
    struct model_cell cell;
    buffer_clear(scratch);
    write_answer(model, row, scratch, &cell);
    if (buffer_good(scratch))
        point(answer, &cell, scratch->at);
    return buffer_good(scratch);
}

/* ---- making one ---- */

/* How many cells the domain has; 0 where it is not finite or too large. */
static size_t count_cells(const struct forest_schema *schema) {
    size_t cells = 1;
    for (size_t i = 0; i < schema->features; i++) {
        if (schema->feature[i].kind != FOREST_CATEGORICAL || cells * codes_of(&schema->feature[i]) > MODEL_CELLS)
            return 0;
        cells *= codes_of(&schema->feature[i]);
    }
    return cells;
}

static bool write_cells(struct model *model) {
    size_t cells = count_cells(model->schema);
    float row[MODEL_FEATURES] = {0};
    model->cell = calloc(cells > 0 ? cells : 1, sizeof *model->cell);
    if (model->cell == NULL)
        return false;
    for (size_t i = 0; i < cells; i++) {
        row_of(model, i, row);
        write_answer(model, row, &model->written, &model->cell[i]);
    }
    model->cells = cells;
    return buffer_good(&model->written);
}

static void find_words(struct model *model) {
    const struct config *config = model->words->config;
    for (size_t i = 0; i < model->features; i++) {
        model->configured[i] = MODEL_FEATURES;
        for (size_t j = 0; j < config->feature_count; j++)
            if (strcmp(config->features[j].name, model->schema->feature[i].name) == 0)
                model->configured[i] = j;
    }
    for (size_t i = 0; i < model->classes; i++) {
        size_t package = config_find_package(config, model->schema->class_name[i]);
        model->price[i] = package != CONFIG_ANY_PACKAGE ? config->packages[package].price : -1;
    }
}

static bool open_levels(struct model *model) {
    for (size_t i = 0; i < model->features; i++)
        if (model->schema->feature[i].kind == FOREST_CATEGORICAL &&
            !levels_open(&model->levels[i], &model->schema->feature[i]))
            return false;
    return true;
}

struct model *model_new(struct champion *champion, const struct model_words *words, struct file_error *err) {
    const struct forest_schema *schema = forest_schema_of(champion->forest);
    if (schema->features > MODEL_FEATURES) {
        file_error_say(err, "version %lld has %zu features, more than the %d that can be served", champion->version,
                       schema->features, MODEL_FEATURES);
        return NULL;
    }
    struct model *model = calloc(1, sizeof *model);
    if (model != NULL) {
        model->words = words;
        model->schema = schema;
        model->features = schema->features;
        model->classes = schema->classes;
        model->champion.forest = champion->forest;
        model->count = calloc(words->loops, (schema->features + schema->classes) * sizeof *model->count);
        snprintf(model->version, sizeof model->version, "%lld", champion->version);
        find_words(model);
    }
    if (model != NULL && model->count != NULL && open_levels(model) && write_cells(model)) {
        model->champion = *champion;
        *champion = (struct champion){0};
        return model;
    }
    if (model != NULL)
        model->champion.forest = NULL; /* it stays the caller's */
    model_free(model);
    file_error_say(err, "version %lld: out of memory", champion->version);
    return NULL;
}

void model_free(struct model *model) {
    if (model == NULL)
        return;
    for (size_t i = 0; i < model->features; i++)
        levels_done(&model->levels[i]);
    free(model->count);
    free(model->cell);
    buffer_done(&model->written);
    champion_done(&model->champion);
    free(model);
}

/* ---- holding ---- */

/* Models are passed on as const: these two change nothing of them but their counters. */
void model_hold(const struct model *model) {
    atomic_fetch_add(&((struct model *)(uintptr_t)model)->holds, 1);
}

void model_let_go(const struct model *model) {
    atomic_fetch_sub(&((struct model *)(uintptr_t)model)->holds, 1);
}

bool model_is_held(const struct model *model) {
    return atomic_load(&model->holds) > 0;
}

/* ---- names ---- */

size_t model_find_feature(const struct model *model, const char *name, size_t size) {
    size_t i = 0;
    while (i < model->features &&
           (strlen(model->schema->feature[i].name) != size || memcmp(model->schema->feature[i].name, name, size) != 0))
        i++;
    return i;
}

float model_level(const struct model *model, size_t feature, const char *text, size_t size) {
    char spelled[VOCABULARY_VALUE];
    float level = levels_find(&model->levels[feature], text, size);
    if (level < 0 && model->configured[feature] < MODEL_FEATURES &&
        vocabulary_clean(model->words->vocabulary, model->configured[feature], (struct text){text, size}, spelled))
        level = levels_find(&model->levels[feature], spelled, strlen(spelled));
    return level;
}

/* ---- counters ---- */

/* Only its own loop writes a counter, so no locked instruction is needed. */
static void increment(_Atomic uint64_t *counter) {
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + 1, memory_order_relaxed);
}

void model_count(const struct model *model, size_t loop, uint32_t best, uint64_t unseen) {
    _Atomic uint64_t *count = model->count + loop * (model->classes + model->features);
    increment(&count[best]);
    for (size_t i = 0; unseen != 0; i++, unseen >>= 1)
        if ((unseen & 1) != 0)
            increment(&count[model->classes + i]);
}

static uint64_t sum(const struct model *model, size_t place) {
    uint64_t total = 0;
    for (size_t i = 0; i < model->words->loops; i++)
        total +=
            atomic_load_explicit(&model->count[i * (model->classes + model->features) + place], memory_order_relaxed);
    return total;
}

uint64_t model_predicted(const struct model *model, size_t package) {
    return sum(model, package);
}

uint64_t model_unseen(const struct model *model, size_t feature) {
    return sum(model, model->classes + feature);
}
