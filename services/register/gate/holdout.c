/* holdout.c - takes the hold-out's rows out of the table. */
#include "services/register/gate/holdout.h"

#include <stdlib.h>
#include <string.h>

void holdout_done(struct holdout *holdout) {
    free(holdout->x);
    free(holdout->label);
    free(holdout->weight);
    *holdout = (struct holdout){0};
}

bool holdout_copy(struct holdout *out, const struct feature_table *t) {
    size_t features = t->schema.features;
    struct holdout h = {.schema = &t->schema,
                        .x = malloc(t->rows * features * sizeof(float)),
                        .label = malloc(t->rows * sizeof(uint16_t)),
                        .weight = malloc(t->rows * sizeof(uint32_t))};
    if (h.x == NULL || h.label == NULL || h.weight == NULL) {
        holdout_done(&h);
        return false;
    }
    for (size_t i = 0; i < t->rows; i++) {
        if (t->split[i] != SPLIT_HOLDOUT)
            continue;
        memcpy(h.x + h.rows * features, t->x + i * features, features * sizeof(float));
        h.label[h.rows] = t->label[i];
        h.weight[h.rows++] = t->weight[i];
    }
    *out = h;
    return true;
}

bool holdout_sha256(const struct holdout *h, char hex[SHA256_HEX]) {
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
