/* tally.c - computes metrics of predicted probabilities. */
#include "libforest/metrics/tally.h"

#include "libforest/base/forest_error.h"
#include "libforest/base/portable_math.h"
#include "libforest/data/forest_dataset.h"
#include "libforest/data/forest_schema.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double lf_loss(double probability) {
    return -lf_ln(probability > 1e-15 ? probability : 1e-15);
}

uint16_t lf_tally_add(struct lf_tally *tally, const double *prob, size_t classes, uint16_t label, uint64_t weight) {
    double squares = 0, w = (double)weight;
    size_t top = 0;
    for (size_t k = 0; k < classes; k++) {
        double error = prob[k] - (k == label);
        squares += error * error;
        top = prob[k] > prob[top] ? k : top;
    }
    bool right = top == label;
    double place = prob[top] * (double)LF_ECE_BINS; /* prob may be out of range or NaN */
    int bin = place < (double)LF_ECE_BINS ? place > 0 ? (int)place : 0 : LF_ECE_BINS - 1;
    tally->rows += weight;
    tally->right += right ? w : 0;
    tally->loss += w * lf_loss(prob[label]);
    tally->squares += w * squares;
    tally->confidence[bin] += w * prob[top];
    tally->hits[bin] += right ? w : 0;
    return (uint16_t)top;
}

struct forest_metrics lf_tally_result(const struct lf_tally *tally) {
    double rows = (double)tally->rows, gap = 0;
    if (tally->rows == 0)
        return (struct forest_metrics){0};
    for (int bin = 0; bin < LF_ECE_BINS; bin++)
        gap += fabs(tally->confidence[bin] - tally->hits[bin]);
    return (struct forest_metrics){tally->rows, tally->right / rows, tally->loss / rows, tally->squares / rows,
                                   gap / rows};
}

static void clear(uint64_t *confusion, size_t classes) {
    if (confusion != NULL)
        memset(confusion, 0, classes * classes * sizeof *confusion);
}

static void add_row(struct lf_tally *tally, const float *prob, size_t classes, uint16_t label, uint64_t weight,
                    uint64_t *confusion) {
    double wide[FOREST_MAX_CLASSES] = {0};
    for (size_t k = 0; k < classes; k++)
        wide[k] = prob[k];
    uint16_t predicted = lf_tally_add(tally, wide, classes, label, weight);
    if (confusion != NULL)
        confusion[label * classes + predicted] += weight;
}

void forest_score(const float *prob, const uint16_t *labels, const uint32_t *weights, size_t n, size_t classes,
                  struct forest_metrics *out, uint64_t *confusion) {
    struct lf_tally tally = {0};
    clear(confusion, classes);
    for (size_t i = 0; i < n; i++)
        add_row(&tally, prob + i * classes, classes, labels[i], weights ? weights[i] : 1, confusion);
    *out = lf_tally_result(&tally);
}

enum forest_status forest_evaluate(const struct forest *f, const struct forest_dataset *ds, struct forest_metrics *out,
                                   uint64_t *confusion, struct forest_error *err) {
    const struct forest_schema *schema = forest_schema_of(f);
    if (!lf_schema_equal(schema, forest_dataset_schema(ds)))
        return lf_fail(err, FOREST_INVALID, "the schema of the data set differs from the forest's");
    struct lf_cell cell = {.row = calloc(schema->features, sizeof(float))};
    if (cell.row == NULL)
        return lf_no_memory(err);
    struct lf_tally tally = {0};
    float prob[FOREST_MAX_CLASSES];
    clear(confusion, schema->classes);
    for (size_t position = 0; lf_dataset_next(ds, &position, &cell);) {
        forest_predict(f, cell.row, prob);
        add_row(&tally, prob, schema->classes, cell.label, cell.count, confusion);
    }
    free(cell.row);
    *out = lf_tally_result(&tally);
    return FOREST_OK;
}
