/* comparison.c - measures models on the hold-out, together and slice by slice. */
#include "services/register/gate/comparison.h"

#include <stdlib.h>

#include "services/register/gate/aligned_predict.h"

/* ---- answers measured ---- */

/* Sums to begin with; finish_slice makes them means. */
static void add_row(struct comparison *c, const struct comparison_rows *r, size_t i) {
    const float *challenger_prob = r->challenger + i * r->classes;
    double loss = paired_diff_log_loss(challenger_prob[r->label[i]]);
    struct comparison_slice *slice =
        r->slices > 0 && r->slice[i] != COMPARISON_NO_SLICE ? &c->slice[r->slice[i]] : NULL;
    if (slice != NULL) {
        slice->rows += r->weight[i];
        slice->log_loss += loss * r->weight[i];
        slice->accuracy += aligned_predict_best_class(challenger_prob, r->classes) == r->label[i] ? r->weight[i] : 0;
    }
    if (r->champion == NULL)
        return;
    double gain = paired_diff_log_loss(r->champion[i * r->classes + r->label[i]]) - loss;
    paired_diff_add(&c->gain, gain, r->weight[i]);
    if (slice != NULL)
        paired_diff_add(&slice->gain, gain, r->weight[i]);
}

static void finish_slice(struct comparison_slice *slice, const char *name) {
    slice->name = name;
    if (slice->rows == 0)
        return;
    slice->log_loss /= (double)slice->rows;
    slice->accuracy /= (double)slice->rows;
}

bool comparison_measure(struct comparison *out, const struct comparison_rows *r) {
    struct comparison c = {.slices = r->slices, .slice = calloc(r->slices + 1, sizeof *c.slice)};
    if (c.slice == NULL)
        return false;
    forest_score(r->challenger, r->label, r->weight, r->rows, r->classes, &c.challenger, NULL);
    if (r->champion != NULL)
        forest_score(r->champion, r->label, r->weight, r->rows, r->classes, &c.champion, NULL);
    for (size_t i = 0; i < r->rows; i++)
        add_row(&c, r, i);
    for (size_t s = 0; r->slice_name != NULL && s < c.slices; s++)
        finish_slice(&c.slice[s], r->slice_name[s]);
    *out = c;
    return true;
}

void comparison_done(struct comparison *comparison) {
    free(comparison->slice);
    *comparison = (struct comparison){0};
}

/* ---- models asked ---- */

/* The slice of each row; a value that is missing or unseen has none. */
static void find_slices(uint32_t *slice, const struct holdout *h, size_t feature) {
    for (size_t i = 0; i < h->rows; i++) {
        float value = h->x[i * h->schema->features + feature];
        slice[i] = value >= 0 ? (uint32_t)value : COMPARISON_NO_SLICE;
    }
}

static bool compare(struct comparison *out, const struct holdout *h, const struct forest *challenger,
                    const struct forest *champion, size_t slice_feature) {
    size_t classes = h->schema->classes, answers = h->rows * classes + 1;
    float *challenger_prob = malloc(answers * sizeof *challenger_prob),
          *champion_prob = malloc(answers * sizeof *champion_prob);
    uint32_t *slice = malloc((h->rows + 1) * sizeof *slice);
    struct comparison_rows rows = {
        .rows = h->rows, .classes = classes, .label = h->label, .weight = h->weight, .challenger = challenger_prob};
    bool done = challenger_prob != NULL && champion_prob != NULL && slice != NULL &&
                aligned_predict(challenger, h->schema, h->x, h->rows, challenger_prob);
    if (done && champion != NULL) {
        rows.champion = champion_prob;
        done = aligned_predict(champion, h->schema, h->x, h->rows, champion_prob);
    }
    if (done && slice_feature != SIZE_MAX) {
        rows.slices = h->schema->feature[slice_feature].levels;
        rows.slice_name = h->schema->feature[slice_feature].level;
        rows.slice = slice;
        find_slices(slice, h, slice_feature);
    }
    done = done && comparison_measure(out, &rows);
    free(challenger_prob);
    free(champion_prob);
    free(slice);
    return done;
}

bool comparison_make(struct comparison *out, const struct feature_table *table, const struct forest *challenger,
                     const struct forest *champion, size_t slice_feature, struct error *err) {
    struct holdout h = {0};
    bool done = holdout_copy(&h, table) && compare(out, &h, challenger, champion, slice_feature);
    if (done && !holdout_sha256(&h, out->holdout_sha256)) {
        comparison_done(out);
        done = false;
    }
    if (!done)
        error_set_errno(err, "measure on", "hold-out");
    holdout_done(&h);
    return done;
}
