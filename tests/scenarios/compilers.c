/* compilers.c - what a compiler might get wrong: models and answers as checksums, one a line.  See compilers.sh. */
#include "libforest/forest.h"
#include "libforest/format/format.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 3000, FEATURES = 6, CLASSES = 5 };

static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"};
static const struct forest_feature features[FEATURES] = {
    {"smooth", FOREST_NUMERIC, 0, NULL},     {"coarse", FOREST_NUMERIC, 0, NULL},
    {"few", FOREST_CATEGORICAL, 3, names},   {"some", FOREST_CATEGORICAL, 9, names},
    {"many", FOREST_CATEGORICAL, 16, names}, {"tiny", FOREST_NUMERIC, 0, NULL}};

static uint64_t state;

static uint32_t below(uint32_t n) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)((state >> 33) % n);
}

/* Multiplications and additions of float, division, missing values: whatever differs shows in the rows as well. */
static void make_rows(float *x, uint16_t *label) {
    for (size_t i = 0; i < ROWS; i++, x += FEATURES) {
        x[0] = (float)below(1 << 24) / 3.0F;
        x[1] = below(30) ? (float)below(40) : NAN;
        x[2] = (float)below(3);
        x[3] = (float)below(9);
        x[4] = below(50) ? (float)below(16) : FOREST_UNSEEN;
        x[5] = (float)below(1000) * 1e-42F; /* denormal */
        label[i] = (uint16_t)((below(3) ? below(2) + (unsigned)x[2] : below(CLASSES)) % CLASSES);
    }
}

static void say(const char *what, const struct forest_dataset *ds, const struct forest_params *params, const float *x) {
    static float prob[ROWS * CLASSES];
    struct forest *forest = NULL;
    struct forest_error err;
    size_t size;
    if (forest_train(&forest, ds, params, &err) != FOREST_OK) {
        printf("%s: %s\n", what, err.text);
        return;
    }
    const void *image = forest_image(forest, &size);
    forest_predict_batch(forest, x, ROWS, prob);
    printf("%s %zu %08x %08x\n", what, size, lf_crc32c(0, image, size), lf_crc32c(0, prob, sizeof prob));
    forest_free(forest);
}

int main(void) {
    const struct forest_schema schema = {FEATURES, features, CLASSES, names};
    static float x[ROWS * FEATURES];
    static uint16_t label[ROWS];
    static uint32_t heavy[ROWS];
    struct forest_dataset *light = NULL, *cells = NULL;
    struct forest_params plain, all;
    make_rows(x, label);
    for (size_t i = 0; i < ROWS; i++)
        heavy[i] = 1 + below(100);
    if (forest_dataset_new(&light, &schema, NULL) != FOREST_OK ||
        forest_dataset_new(&cells, &schema, NULL) != FOREST_OK ||
        forest_dataset_add(light, x, label, NULL, ROWS, NULL) != FOREST_OK ||
        forest_dataset_add(cells, x, label, heavy, ROWS, NULL) != FOREST_OK)
        return EXIT_FAILURE;
    forest_params_init(&plain);
    plain.trees = 10;
    plain.tune = false;
    all = plain;
    all.tune = all.calibrate = all.balanced = true;
    say("rows", light, &plain, x);
    say("cells", cells, &plain, x);
    say("tuned", light, &all, x);
    plain.bootstrap = FOREST_WITHOUT_REPLACEMENT;
    plain.sample_fraction = 0.5;
    say("without replacement", cells, &plain, x);
    forest_dataset_free(light);
    forest_dataset_free(cells);
    return EXIT_SUCCESS;
}
