/* levels.c - chooses a feature's levels by what occurs before the hold-out. */
#include "services/features/levels.h"

#include <stdlib.h>
#include <string.h>

struct value {
    const char *text;
    uint32_t number; /* in the dictionary */
    size_t rows;     /* before the hold-out */
};

static int by_rows(const void *left, const void *right) {
    const struct value *a = left, *b = right;
    if (a->rows != b->rows)
        return a->rows > b->rows ? -1 : 1;
    return strcmp(a->text, b->text);
}

static int by_text(const void *left, const void *right) {
    const struct value *a = left, *b = right;
    return strcmp(a->text, b->text);
}

static void count_values(struct value *values, const struct purchases *p, const struct split *split, size_t feature) {
    const struct dictionary *texts = &p->texts[feature];
    size_t features = p->config->feature_count;
    for (uint32_t i = 0; i < texts->count; i++)
        values[i] = (struct value){dictionary_text(texts, i), i, 0};
    for (size_t i = 0; i < split->holdout; i++) {
        feature_value value = p->value[split->order[i] * features + feature];
        if (value != 0)
            values[value - 1].rows++;
    }
}

static void add_level(struct levels *levels, const struct value *value) {
    levels->of_value[value->number + 1] = (int32_t)levels->count;
    levels->name[levels->count++] = value->text;
}

/* Moves the known values that occur into the levels; the rest that count as others are left at the front. */
static size_t take_known(struct levels *levels, struct value *values, size_t count,
                         const struct config_strings *known) {
    for (size_t k = 0; k < known->count; k++)
        for (size_t i = 0; i < count; i++)
            if (values[i].rows > 0 && strcmp(values[i].text, known->text[k]) == 0) {
                add_level(levels, &values[i]);
                values[i].rows = 0;
            }
    qsort(values, count, sizeof *values, by_rows);
    size_t others = 0;
    while (others < count && values[others].rows > 0)
        others++;
    return others;
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

bool levels_choose(struct levels *out, const struct purchases *p, const struct split *split, size_t feature,
                   const struct level_limits *limits, struct file_error *err) {
    size_t count = p->texts[feature].count;
    struct value *values = calloc(count + 1, sizeof *values);
    struct levels levels = {.name = calloc(count + 1, sizeof *levels.name),
                            .of_value = malloc((count + 1) * sizeof *levels.of_value)};
    if (values == NULL || levels.name == NULL || levels.of_value == NULL) {
        file_error_set(err, "choose levels of", p->config->features[feature].name);
        free(values);
        levels_done(&levels);
        return false;
    }
    memset(levels.of_value, -1, (count + 1) * sizeof *levels.of_value);
    count_values(values, p, split, feature);
    size_t others = take_known(&levels, values, count, &p->config->features[feature].levels);
    others = smaller(others, limits->most);
    while (others > 0 && values[others - 1].rows < limits->least_rows)
        others--;
    others = smaller(others, FOREST_MAX_LEVELS - smaller(levels.count, FOREST_MAX_LEVELS));
    qsort(values, others, sizeof *values, by_text);
    for (size_t i = 0; i < others; i++)
        add_level(&levels, &values[i]);
    free(values);
    *out = levels;
    return true;
}

void levels_done(struct levels *levels) {
    free(levels->name);
    free(levels->of_value);
    *levels = (struct levels){0};
}
