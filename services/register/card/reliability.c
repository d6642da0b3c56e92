/* reliability.c - measures one model row by row. */
#include "services/register/card/reliability.h"

#include <stdlib.h>

#include "services/register/gate/aligned_predict.h"

static void add_to_bin(struct reliability *p, double confidence, bool correct, uint32_t weight) {
    size_t place = (size_t)(confidence * (double)RELIABILITY_BINS);
    struct reliability_bin *bin = &p->bin[place < RELIABILITY_BINS ? place : RELIABILITY_BINS - 1];
    bin->rows += weight;
    bin->correct += correct ? weight : 0;
    bin->confidence += confidence * weight;
}

static void add_row(struct reliability *p, const float *prob, size_t classes, uint16_t label, uint32_t weight) {
    double brier = 0;
    size_t best = aligned_predict_best_class(prob, classes);
    for (size_t c = 0; c < classes; c++) {
        double miss = (double)prob[c] - (c == label);
        brier += miss * miss;
    }
    paired_diff_add(&p->log_loss, paired_diff_log_loss(prob[label]), weight);
    paired_diff_add(&p->brier, brier, weight);
    paired_diff_add(&p->correct, best == label, weight);
    add_to_bin(p, (double)prob[best], best == label, weight);
}

bool reliability_measure(struct reliability *out, const struct feature_table *table, const struct forest *model) {
    struct holdout h;
    struct reliability taken = {0};
    size_t classes = table->schema.classes;
    if (!holdout_copy(&h, table))
        return false;
    float *prob = malloc((h.rows * classes + 1) * sizeof *prob);
    bool done = prob != NULL && aligned_predict(model, h.schema, h.x, h.rows, prob);
    for (size_t i = 0; done && i < h.rows; i++)
        add_row(&taken, prob + i * classes, classes, h.label[i], h.weight[i]);
    for (size_t b = 0; b < RELIABILITY_BINS; b++)
        if (taken.bin[b].rows > 0)
            taken.bin[b].confidence /= (double)taken.bin[b].rows;
    free(prob);
    holdout_done(&h);
    if (done)
        *out = taken;
    return done;
}
