/* models.h - small forests and hold-out tables for tests. */
#ifndef TEST_REGISTER_MODELS_H
#define TEST_REGISTER_MODELS_H

#include <string.h>

#include "libforest/forest.h"
#include "services/common/table/feature_table.h"

/* A schema of one categorical feature. */
static inline struct forest_schema model_schema(struct forest_feature *feature, const char *const *levels, size_t count,
                                                const char *const *classes, size_t class_count) {
    *feature = (struct forest_feature){"type", FOREST_CATEGORICAL, count, levels};
    return (struct forest_schema){1, feature, class_count, classes};
}

/* A forest that has seen each level buy one class `rows` times. */
static inline struct forest *model_train(const struct forest_schema *schema, const uint16_t *favourite, uint32_t rows) {
    struct forest_dataset *ds;
    struct forest_params params;
    struct forest_error err;
    struct forest *forest = NULL;
    forest_params_init(&params);
    params.trees = 10;
    assert_int_equal(forest_dataset_new(&ds, schema, &err), FOREST_OK);
    for (size_t level = 0; level < schema->feature[0].levels; level++) {
        float x = (float)level;
        assert_int_equal(forest_dataset_add(ds, &x, &favourite[level], &rows, 1, &err), FOREST_OK);
    }
    if (forest_train(&forest, ds, &params, &err) != FOREST_OK)
        fail_msg("%s", err.text);
    forest_dataset_free(ds);
    return forest;
}

#endif
