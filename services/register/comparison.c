/* comparison.c - measures models on the hold-out, asking each in its own numbers. */
#include "services/register/comparison.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The hold-out's rows side by side. */
struct holdout {
    const struct forest_schema *schema; /* of the rows */
    size_t rows;
    float *x; /* [rows][schema->features] */
    uint16_t *label;
    uint32_t *weight;
};

static void holdout_done(struct holdout *h) {
    free(h->x);
    free(h->label);
    free(h->weight);
}

static bool holdout_take(struct holdout *out, const struct feature_table *t) {
    size_t features = t->schema.features;
    *out = (struct holdout){.schema = &t->schema,
                            .x = malloc(t->rows * features * sizeof(float)),
                            .label = malloc(t->rows * sizeof(uint16_t)),
                            .weight = malloc(t->rows * sizeof(uint32_t))};
    if (out->x == NULL || out->label == NULL || out->weight == NULL) {
        holdout_done(out);
        return false;
    }
    for (size_t i = 0; i < t->rows; i++) {
        if (t->split[i] != SPLIT_HOLDOUT)
            continue;
        memcpy(out->x + out->rows * features, t->x + i * features, features * sizeof(float));
        out->label[out->rows] = t->label[i];
        out->weight[out->rows++] = t->weight[i];
    }
    return true;
}

/* Of the coded rows: where levels get other numbers the same rows look new, which costs one look too many. */
static bool holdout_sha256(const struct holdout *h, char hex[SHA256_HEX]) {
    size_t x = h->rows * h->schema->features * sizeof *h->x, labels = h->rows * sizeof *h->label;
    size_t weights = h->rows * sizeof *h->weight;
    char *bytes = malloc(x + labels + weights + 1);
    if (bytes == NULL)
        return false;
    memcpy(bytes, h->x, x);
    memcpy(bytes + x, h->label, labels);
    memcpy(bytes + x + labels, h->weight, weights);
    bytes_sha256(bytes, x + labels + weights, hex);
    free(bytes);
    return true;
}

/* ---- a model asked in its own numbers ---- */

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
static float translate(const struct forest_feature *from, const struct forest_feature *to, float value) {
    if (to->kind == FOREST_NUMERIC || isnan(value) || value < 0)
        return value;
    return forest_level(to, from->level[(size_t)value]);
}

static void translate_row(const struct forest_schema *rows, const struct forest_schema *model, const float *row,
                          float *out) {
    for (size_t f = 0; f < model->features; f++) {
        size_t place = find_feature(rows, &model->feature[f]);
        out[f] = place == SIZE_MAX ? NAN : translate(&rows->feature[place], &model->feature[f], row[place]);
    }
}

/* Probabilities of the rows' own classes: prob[rows][schema->classes]. */
static bool ask(const struct forest *model, const struct holdout *h, float *prob) {
    const struct forest_schema *own = forest_schema_of(model);
    float *row = malloc(own->features * sizeof *row), answer[FOREST_MAX_CLASSES];
    if (row == NULL)
        return false;
    for (size_t i = 0; i < h->rows; i++) {
        translate_row(h->schema, own, h->x + i * h->schema->features, row);
        forest_predict(model, row, answer);
        for (size_t c = 0; c < h->schema->classes; c++) {
            size_t class = find_class(own, h->schema->class_name[c]);
            prob[i * h->schema->classes + c] = class == SIZE_MAX ? 0 : answer[class];
        }
    }
    free(row);
    return true;
}

static bool compare(struct comparison *out, const struct holdout *h, const struct forest *challenger,
                    const struct forest *champion, float *theirs, float *ours) {
    size_t classes = h->schema->classes;
    if (!ask(challenger, h, ours))
        return false;
    forest_score(ours, h->label, h->weight, h->rows, classes, &out->challenger, NULL);
    if (champion == NULL)
        return true;
    if (!ask(champion, h, theirs))
        return false;
    forest_score(theirs, h->label, h->weight, h->rows, classes, &out->champion, NULL);
    for (size_t i = 0; i < h->rows; i++) {
        size_t at = i * classes + h->label[i];
        paired_add(&out->gain, paired_log_loss(theirs[at]) - paired_log_loss(ours[at]), h->weight[i]);
    }
    return true;
}

bool comparison_make(struct comparison *out, const struct feature_table *table, const struct forest *challenger,
                     const struct forest *champion, struct file_error *err) {
    struct holdout h;
    struct comparison made = {0};
    if (!holdout_take(&h, table)) {
        file_error_set(err, "read", "hold-out");
        return false;
    }
    size_t answers = h.rows * h.schema->classes + 1;
    float *theirs = malloc(answers * sizeof *theirs), *ours = malloc(answers * sizeof *ours);
    bool done = theirs != NULL && ours != NULL && holdout_sha256(&h, made.holdout_sha256) &&
                compare(&made, &h, challenger, champion, theirs, ours);
    if (done)
        *out = made;
    else
        file_error_set(err, "measure on", "hold-out");
    free(theirs);
    free(ours);
    holdout_done(&h);
    return done;
}
