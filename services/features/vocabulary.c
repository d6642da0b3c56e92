/* vocabulary.c - chooses a feature's levels from the values that occur before the hold-out. */
#include "services/features/vocabulary.h"

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

static void count_values(struct value *values, const struct training_rows *p, const struct split *split,
                         size_t feature) {
    const struct string_intern *texts = &p->texts[feature];
    size_t features = p->config->feature_count;
    for (uint32_t i = 0; i < texts->count; i++)
        values[i] = (struct value){string_intern_text(texts, i), i, 0};
    for (size_t i = 0; i < split->holdout; i++) {
        feature_value value = p->value[split->order[i] * features + feature];
        if (value != 0)
            values[value - 1].rows++;
    }
}

static void add_level(struct vocabulary *vocabulary, const struct value *value) {
    vocabulary->of_value[value->number + 1] = (int32_t)vocabulary->count;
    vocabulary->name[vocabulary->count++] = value->text;
}

/* Moves the known values that occur into the levels; the rest that count as others are left at the front. */
static size_t add_configured(struct vocabulary *vocabulary, struct value *values, size_t count,
                             const struct etl_config_strings *configured) {
    for (size_t k = 0; k < configured->count; k++)
        for (size_t i = 0; i < count; i++)
            if (values[i].rows > 0 && strcmp(values[i].text, configured->text[k]) == 0) {
                add_level(vocabulary, &values[i]);
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

bool vocabulary_choose(struct vocabulary *out, const struct training_rows *p, const struct split *split, size_t feature,
                       const struct vocabulary_limits *limits, struct error *err) {
    size_t count = p->texts[feature].count;
    struct value *values = calloc(count + 1, sizeof *values);
    struct vocabulary vocabulary = {.name = calloc(count + 1, sizeof *vocabulary.name),
                                    .of_value = malloc((count + 1) * sizeof *vocabulary.of_value)};
    if (values == NULL || vocabulary.name == NULL || vocabulary.of_value == NULL) {
        error_set_errno(err, "choose levels of", p->config->features[feature].name);
        free(values);
        vocabulary_done(&vocabulary);
        return false;
    }
    memset(vocabulary.of_value, -1, (count + 1) * sizeof *vocabulary.of_value);
    count_values(values, p, split, feature);
    size_t others = add_configured(&vocabulary, values, count, &p->config->features[feature].levels);
    others = smaller(others, limits->max);
    while (others > 0 && values[others - 1].rows < limits->min_rows)
        others--;
    others = smaller(others, FOREST_MAX_LEVELS - smaller(vocabulary.count, FOREST_MAX_LEVELS));
    qsort(values, others, sizeof *values, by_text);
    for (size_t i = 0; i < others; i++)
        add_level(&vocabulary, &values[i]);
    free(values);
    *out = vocabulary;
    return true;
}

void vocabulary_done(struct vocabulary *vocabulary) {
    free(vocabulary->name);
    free(vocabulary->of_value);
    *vocabulary = (struct vocabulary){0};
}
