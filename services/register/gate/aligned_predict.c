/* aligned_predict.c - asks each model in its own numbers. */
#include "services/register/gate/aligned_predict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t find_feature(const struct forest_schema *schema, const struct forest_feature *wanted) {
    for (size_t i = 0; i < schema->features; i++)
        if (strcmp(schema->feature[i].name, wanted->name) == 0 && schema->feature[i].kind == wanted->kind)
            return i;
    return SIZE_MAX;
}

static size_t find_class(const struct forest_schema *schema, const char *name) {
    for (size_t c = 0; c < schema->classes; c++)
        if (strcmp(schema->class_name[c], name) == 0)
            return c;
    return SIZE_MAX;
}

/* One value of the rows as the model's feature numbers it. */
static float map_value(const struct forest_feature *from, const struct forest_feature *to, float value) {
    if (to->levels == 0 || isnan(value) || value < 0)
        return value;
    return forest_level(to, from->level[(size_t)value]);
}

static void map_row(const struct forest_schema *rows, const struct forest_schema *model, const float *row, float *out) {
    for (size_t f = 0; f < model->features; f++) {
        size_t place = find_feature(rows, &model->feature[f]);
        out[f] = place == SIZE_MAX ? NAN : map_value(&rows->feature[place], &model->feature[f], row[place]);
    }
}

bool aligned_predict(const struct forest *model, const struct forest_schema *schema, const float *x, size_t rows,
                     float *prob) {
    const struct forest_schema *own = forest_schema_of(model);
    float *row = malloc(own->features * sizeof *row), answer[FOREST_MAX_CLASSES];
    if (row == NULL)
        return false;
    for (size_t i = 0; i < rows; i++) {
        map_row(schema, own, x + i * schema->features, row);
        forest_predict(model, row, answer);
        for (size_t c = 0; c < schema->classes; c++) {
            size_t class = find_class(own, schema->class_name[c]);
            prob[i * schema->classes + c] = class == SIZE_MAX ? 0 : answer[class];
        }
    }
    free(row);
    return true;
}

size_t aligned_predict_best_class(const float *prob, size_t classes) {
    size_t best = 0;
    for (size_t c = 1; c < classes; c++)
        if (prob[c] > prob[best])
            best = c;
    return best;
}

double aligned_predict_sum_error(const float *prob, size_t rows, size_t classes) {
    double worst = 0;
    for (size_t i = 0; i < rows; i++) {
        double sum = 0;
        for (size_t c = 0; c < classes; c++) {
            if (!(prob[i * classes + c] >= 0))
                return NAN;
            sum += (double)prob[i * classes + c];
        }
        if (!(fabs(sum - 1) <= worst))
            worst = fabs(sum - 1);
    }
    return worst;
}
