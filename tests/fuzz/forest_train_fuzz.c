/*
 * forest_train_fuzz.c - training on any rows with any parameters: it must refuse or give a forest that
 * loads again, and the same one from rows in another order.
 */
#include "libforest/forest.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

enum { FEATURES = 3, HEAD = 12, ROW = 8, MOST_ROWS = 200 };

static const char *const levels[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n"};
static const struct forest_feature features[FEATURES] = {{"level", FOREST_CATEGORICAL, 3, levels},
                                                         {"number", FOREST_NUMERIC, 0, NULL},
                                                         {"many", FOREST_CATEGORICAL, 14, levels}};

static void set_params(struct forest_params *p, const uint8_t *head) {
    forest_params_init(p);
    p->seed = head[0];
    p->trees = head[1] >= 250 ? 70 : head[1] % 5; /* 70: they may stop early, at 64 */
    p->mtry = head[2] % 5;
    p->min_leaf = head[3] % 6;
    p->max_depth = head[4] % 5;
    p->max_nodes = head[5] % 9;
    p->smoothing = head[6] / 16.0 - 0.5;
    p->bootstrap = (enum forest_bootstrap)(head[7] % 4);
    p->sample_fraction = head[8] / 100.0;
    p->balanced = head[9] & 1;
    p->calibrate = head[9] & 2;
    p->tune = (head[9] & 12) == 12;
    p->max_bytes = head[10] % 4 ? 0 : head[10] * 200U;
    p->stop_gain = head[11] / 50.0;
}

/* Rows of ROW bytes, from the last to the first where `back`. */
static struct forest *train(const struct forest_params *p, size_t classes, const uint8_t *bytes, size_t n, bool back) {
    const struct forest_schema schema = {FEATURES, features, classes, levels};
    struct forest_dataset *ds;
    struct forest_error err;
    struct forest *f = NULL;
    if (forest_dataset_new(&ds, &schema, &err) != FOREST_OK)
        abort();
    for (size_t i = 0; i < n; i++) {
        const uint8_t *at = bytes + (back ? n - 1 - i : i) * ROW;
        float x[FEATURES] = {(float)(at[0] % 5) - 1, 0, (float)at[1] / 16};
        uint16_t label = at[2] % 5;
        uint32_t weight = at[3] == 255 ? 4000000000U : at[3] % 6;
        memcpy(&x[1], at + 4, sizeof x[1]);
        forest_dataset_add(ds, x, &label, &weight, 1, &err);
    }
    if (forest_train(&f, ds, p, &err) != FOREST_OK)
        f = NULL;
    forest_dataset_free(ds);
    return f;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size) {
    struct forest_params params;
    size_t n = size < HEAD + 1 ? 0 : (size - HEAD - 1) / ROW, size_a, size_b;
    if (n < 1 || n > MOST_ROWS)
        return 0;
    set_params(&params, input);
    struct forest *a = train(&params, 2 + input[HEAD] % 3, input + HEAD + 1, n, false);
    params.threads = 2;
    struct forest *b = train(&params, 2 + input[HEAD] % 3, input + HEAD + 1, n, true), *again;
    if ((a == NULL) != (b == NULL))
        abort();
    if (a != NULL) {
        const void *image_a = forest_image(a, &size_a), *image_b = forest_image(b, &size_b);
        if (size_a != size_b || memcmp(image_a, image_b, size_a) != 0 ||
            forest_open(&again, image_a, size_a, NULL) != FOREST_OK)
            abort();
        forest_free(again);
    }
    forest_free(a);
    forest_free(b);
    return 0;
}
