/* fixture.h - a features table for tests, in memory: one categorical feature of three types, three packages. */
#ifndef TEST_TRAIN_FIXTURE_H
#define TEST_TRAIN_FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include "services/common/table/feature_table.h"

enum { TEST_ROWS = 4096, TEST_DAY = 86400 };

static const char *const test_types[] = {"Dental", "Legal", "Fitness"};
static const char *const test_packages[] = {"Business", "MVP", "Now"};
static const struct forest_feature test_feature = {"business_type", FOREST_CATEGORICAL, 3, test_types};

static inline void test_table_make(struct feature_table *t) {
    *t = (struct feature_table){.schema = {1, &test_feature, 3, test_packages},
                                .holdout_from = 1000 * TEST_DAY,
                                .validation_from = 960 * TEST_DAY,
                                .trained_until = 1000 * TEST_DAY - 1,
                                .x = calloc(TEST_ROWS, sizeof(float)),
                                .label = calloc(TEST_ROWS, sizeof(uint16_t)),
                                .weight = calloc(TEST_ROWS, sizeof(uint32_t)),
                                .split = calloc(TEST_ROWS, sizeof(uint8_t)),
                                .period = calloc(TEST_ROWS, sizeof(uint32_t))};
    t->document =
        json_pack("{s:[{s:s}], s:[s,s,s]}", "features", "name", "business_type", "classes", "Business", "MVP", "Now");
    memset(t->sha256, 'f', SHA256_HEX - 1);
    memset(t->train_sha256, 't', SHA256_HEX - 1);
}

static inline void test_table_add(struct feature_table *t, float type, uint16_t label, uint32_t weight,
                                  enum feature_split split, uint32_t days_before) {
    size_t i = t->rows++;
    t->x[i] = type;
    t->label[i] = label;
    t->weight[i] = weight;
    t->split[i] = (uint8_t)split;
    t->period[i] = days_before / FEATURE_PERIOD_DAYS;
    t->total += weight;
}

/* Each type buys its favourite mostly: type + shift, of three. */
static inline void test_table_add_period(struct feature_table *t, enum feature_split split, uint32_t days_before,
                                         unsigned shift, uint32_t weight) {
    for (unsigned type = 0; type < 3; type++)
        for (unsigned label = 0; label < 3; label++)
            test_table_add(t, (float)type, (uint16_t)label, label == (type + shift) % 3 ? 8 * weight : weight, split,
                           days_before);
}

static inline void test_table_done(struct feature_table *t) {
    free(t->x);
    free(t->label);
    free(t->weight);
    free(t->split);
    free(t->period);
    json_decref(t->document);
}

#endif
