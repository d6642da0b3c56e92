/* portrait.c - measures one model row by row. */
#include "services/register/portrait.h"

#include <stdlib.h>

#include "services/register/answers.h"

static void add_to_bin(struct portrait *p, double confidence, bool right, uint32_t weight) {
    size_t place = (size_t)(confidence * PORTRAIT_BINS);
    struct portrait_bin *bin = &p->bin[place < PORTRAIT_BINS ? place : PORTRAIT_BINS - 1];
    bin->rows += weight;
    bin->right += right ? weight : 0;
    bin->confidence += confidence * weight;
}

static void add_row(struct portrait *p, const float *prob, size_t classes, uint16_t label, uint32_t weight) {
    double brier = 0;
    size_t best = answers_best(prob, classes);
    for (size_t c = 0; c < classes; c++) {
        double miss = (double)prob[c] - (c == label);
        brier += miss * miss;
    }
    paired_add(&p->log_loss, paired_log_loss(prob[label]), weight);
    paired_add(&p->brier, brier, weight);
    paired_add(&p->right, best == label, weight);
    add_to_bin(p, (double)prob[best], best == label, weight);
}

bool portrait_take(struct portrait *out, const struct feature_table *table, const struct forest *model) {
    struct holdout h;
    struct portrait taken = {0};
    size_t classes = table->schema.classes;
    if (!holdout_take(&h, table))
        return false;
    float *prob = malloc((h.rows * classes + 1) * sizeof *prob);
    bool done = prob != NULL && answers_ask(model, h.schema, h.x, h.rows, prob);
    for (size_t i = 0; done && i < h.rows; i++)
        add_row(&taken, prob + i * classes, classes, h.label[i], h.weight[i]);
    for (size_t b = 0; b < PORTRAIT_BINS; b++)
        if (taken.bin[b].rows > 0)
            taken.bin[b].confidence /= (double)taken.bin[b].rows;
    free(prob);
    holdout_done(&h);
    if (done)
        *out = taken;
    return done;
}
