/* baselines.c - class shares, overall and by cell. */
#include "services/train/baselines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Hold-out rows with what a baseline gives them. */
struct predictions {
    size_t rows;
    float *prob; /* [rows][classes] */
    uint16_t *label;
    uint32_t *weight;
};

static bool predictions_make(struct predictions *out, const struct feature_table *t) {
    *out = (struct predictions){0, malloc(t->rows * t->schema.classes * sizeof(float)),
                                malloc(t->rows * sizeof(uint16_t)), malloc(t->rows * sizeof(uint32_t))};
    return out->prob != NULL && out->label != NULL && out->weight != NULL;
}

static void predictions_done(struct predictions *a) {
    free(a->prob);
    free(a->label);
    free(a->weight);
}

static void predict_row(struct predictions *a, const struct feature_table *t, size_t row, const uint64_t *count,
                        double added) {
    double sum = 0;
    for (size_t c = 0; c < t->schema.classes; c++)
        sum += (double)count[c] + added;
    for (size_t c = 0; c < t->schema.classes; c++)
        a->prob[a->rows * t->schema.classes + c] = (float)(((double)count[c] + added) / sum);
    a->label[a->rows] = t->label[row];
    a->weight[a->rows++] = t->weight[row];
}

/* Rows by their categorical values; a missing value is a value of its own. */
static int compare_cells(const void *left, const void *right, void *table) {
    const struct feature_table *t = table;
    const float *a = t->x + *(const size_t *)left * t->schema.features;
    const float *b = t->x + *(const size_t *)right * t->schema.features;
    for (size_t f = 0; f < t->schema.features; f++) {
        if (t->schema.feature[f].levels == 0)
            continue;
        float x = isnan(a[f]) ? -2 : a[f], y = isnan(b[f]) ? -2 : b[f];
        if (x < y || x > y)
            return x < y ? -1 : 1;
    }
    return 0;
}

/* Predict, for the hold-out rows of order[from .. to-1] the class counts of the trained rows among them (or of count).
 */
static void predict_run(struct predictions *a, const struct feature_table *t, const uint32_t *weights,
                        const size_t *order, size_t from, size_t to, double added) {
    uint64_t count[FOREST_MAX_CLASSES] = {0};
    for (size_t i = from; i < to; i++)
        count[t->label[order[i]]] += weights[order[i]];
    for (size_t i = from; i < to; i++)
        if (t->split[order[i]] == SPLIT_HOLDOUT)
            predict_row(a, t, order[i], count, added);
}

static size_t *number_rows(size_t rows) {
    size_t *order = calloc(rows + 1, sizeof *order);
    for (size_t i = 0; order != NULL && i < rows; i++)
        order[i] = i;
    return order;
}

static void predict_frequency(struct predictions *a, struct feature_table *t, const uint32_t *weights, size_t *order) {
    qsort_r(order, t->rows, sizeof *order, compare_cells, t);
    for (size_t from = 0, to; from < t->rows; from = to) {
        to = from + 1;
        while (to < t->rows && compare_cells(&order[from], &order[to], t) == 0)
            to++;
        predict_run(a, t, weights, order, from, to, 1);
    }
}

bool baselines_measure(struct baselines *out, const struct feature_table *table, const uint32_t *weights) {
    struct feature_table t = *table;
    struct predictions a;
    size_t *order = number_rows(t.rows);
    bool done = predictions_make(&a, &t) && order != NULL;
    if (done) {
        predict_run(&a, &t, weights, order, 0, t.rows, 0);
        forest_score(a.prob, a.label, a.weight, a.rows, t.schema.classes, &out->majority, NULL);
        a.rows = 0;
        predict_frequency(&a, &t, weights, order);
        forest_score(a.prob, a.label, a.weight, a.rows, t.schema.classes, &out->frequency, NULL);
    }
    predictions_done(&a);
    free(order);
    return done;
}
