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

/* Append the body and then the shares of one row; *shares is where the latter begin. */
static uint32_t write_answer(const struct model *model, const float *row, struct buffer *out, size_t *shares) {
    float prob[FOREST_MAX_CLASSES];
    forest_predict(model->champion.forest, row, prob);
    uint32_t best = most_probable(prob, model->classes);
    const char *const *name = model->schema->class_name;

    buffer_string(out, "{\"predicted_package\":");
    buffer_quoted(out, name[best], strlen(name[best]));
    buffer_string(out, ",\"probability\":");
    buffer_share(out, (double)prob[best]);
    buffer_string(out, "}");

    *shares = out->size;
    for (size_t i = 0; i < model->classes; i++) {
        buffer_string(out, i == 0 ? "{" : ",");
        buffer_quoted(out, name[i], strlen(name[i]));
        buffer_string(out, ":");
        buffer_share(out, (double)prob[i]);
    }
    buffer_string(out, "}");
    return best;
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

void model_answer(const struct model *model, const float *row, struct model_answer *answer, struct buffer *scratch) {
    if (model->cells > 0) {
        const struct model_cell *cell = &model->cell[cell_of(model, row)];
        const char *at = model->written.at;
        *answer = (struct model_answer){cell->best, at + cell->body, cell->shares - cell->body, at + cell->shares,
                                        cell->end - cell->shares};
        return;
    }
    size_t shares;
    buffer_clear(scratch);
    uint32_t best = write_answer(model, row, scratch, &shares);
    if (!buffer_good(scratch)) {
        *answer = (struct model_answer){best, "", 0, "", 0};
        return;
    }
    *answer = (struct model_answer){best, scratch->at, shares, scratch->at + shares, scratch->size - shares};
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
    float row[MODEL_FEATURES];
    model->cell = calloc(cells > 0 ? cells : 1, sizeof *model->cell);
    if (model->cell == NULL)
        return false;
    for (size_t i = 0; i < cells; i++) {
        struct model_cell *cell = &model->cell[i];
        cell->body = model->written.size;
        row_of(model, i, row);
        cell->best = write_answer(model, row, &model->written, &cell->shares);
        cell->end = model->written.size;
    }
    model->cells = cells;
    return buffer_good(&model->written);
}

static void find_spellings(struct model *model, const struct config *config) {
    for (size_t i = 0; i < model->features; i++)
        for (size_t j = 0; j < config->feature_count; j++)
            if (strcmp(config->features[j].name, model->schema->feature[i].name) == 0)
                model->spelling[i] = &config->features[j];
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

struct model *model_new(struct champion *champion, const struct config *config, struct file_error *err) {
    const struct forest_schema *schema = forest_schema_of(champion->forest);
    if (schema->features > MODEL_FEATURES) {
        file_error_say(err, "version %lld has %zu features, more than the %d that can be served", champion->version,
                       schema->features, MODEL_FEATURES);
        return NULL;
    }
    struct model *model = calloc(1, sizeof *model);
    if (model == NULL) {
        file_error_say(err, "version %lld: out of memory", champion->version);
        return NULL;
    }
    model->schema = schema;
    model->features = schema->features;
    model->classes = schema->classes;
    model->champion.forest = champion->forest;
    snprintf(model->version, sizeof model->version, "%lld", champion->version);
    find_spellings(model, config);
    if (!open_levels(model) || !write_cells(model)) {
        model->champion.forest = NULL;
        model_free(model);
        file_error_say(err, "version %lld: out of memory", champion->version);
        return NULL;
    }
    model->champion = *champion;
    *champion = (struct champion){0};
    return model;
}

void model_free(struct model *model) {
    if (model == NULL)
        return;
    for (size_t i = 0; i < model->features; i++)
        levels_done(&model->levels[i]);
    free(model->cell);
    buffer_done(&model->written);
    champion_done(&model->champion);
    free(model);
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
    return levels_find(&model->levels[feature], text, size);
}
