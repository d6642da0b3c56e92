/*
 * forest_open_fuzz.c - the loader, and everything that a loaded model can be asked.
 *
 * The input is an image, whose size, checksums and recorded answers are put right first, so that the fuzzer
 * gets past them.  What loads must answer any row without harm, and the same way by every engine.
 */
#include "libforest/format/forest_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size);

static void fix_sums(uint8_t *image, size_t size) {
    struct lf_header *header = (struct lf_header *)image;
    struct lf_section *section = (struct lf_section *)(header + 1);
    header->size = size;
    if (header->sections > LF_MAX_SECTIONS || size < sizeof *header + header->sections * sizeof *section)
        return;
    for (uint32_t i = 0; i < header->sections; i++)
        if (section[i].offset <= size && section[i].length <= size - section[i].offset)
            section[i].crc = lf_crc32c(0, image + section[i].offset, section[i].length);
    header->crc = 0;
    header->crc = lf_crc32c(lf_crc32c(0, header, sizeof *header), section, header->sections * sizeof *section);
}

/* Give the golden rows the answers that the trees give. */
static void fix_gold(uint8_t *image, size_t size) {
    const struct lf_header *header = (const struct lf_header *)image;
    const struct lf_section *section = (const struct lf_section *)(header + 1);
    uint16_t code[1 + FOREST_MAX_FEATURES];
    struct forest f;
    if (lf_forest_read(&f, image, size, NULL) != FOREST_OK)
        return;
    size_t rows = lf_golden_rows(f.features), numbers = rows * (f.features + f.classes);
    for (uint32_t i = 0; i < header->sections; i++)
        if (memcmp(section[i].tag, "GOLD", 4) == 0 && section[i].length == sizeof *f.gold + 4 * numbers) {
            const float *row = (const float *)(const void *)(image + section[i].offset + sizeof *f.gold);
            uint32_t *sum = (uint32_t *)(void *)(image + section[i].offset + sizeof *f.gold) + rows * f.features;
            for (size_t r = 0; r < rows; r++, row += f.features, sum += f.classes) {
                lf_forest_encode(&f, row, code);
                lf_forest_sums(&f, code, sum);
            }
        }
    lf_forest_done(&f);
}

static bool swallow(void *user, const char *text, size_t size) {
    size_t *left = user;
    (void)text;
    *left -= size < *left ? size : *left;
    return *left > 0;
}

/* Values from the image's own bytes. */
static void fill(float *row, size_t n, const uint8_t *image, size_t size, size_t at) {
    for (size_t i = 0; i < n; i++) {
        uint8_t byte = image[(at + i * 7) % size];
        row[i] = byte < 100 ? (float)(byte % 10) : byte < 110 ? NAN : byte < 120 ? -INFINITY : (float)byte * 1.5F - 200;
    }
}

enum { ROWS = 5 };

static void ask(const struct forest *f, const uint8_t *image, size_t size) {
    size_t features = forest_schema_of(f)->features, classes = forest_schema_of(f)->classes, left = 1 << 16;
    float *rows = calloc(ROWS * features, sizeof *rows), *prob = calloc(ROWS * classes, sizeof *prob);
    float *contribution = calloc(features * classes, sizeof *contribution), one[FOREST_MAX_CLASSES];
    struct forest_error err;
    if (rows == NULL || prob == NULL || contribution == NULL)
        abort();
    fill(rows, ROWS * features, image, size, size / 3);
    forest_predict_batch(f, rows, ROWS, prob);
    for (size_t i = 0; i < ROWS; i++) {
        forest_predict(f, rows + i * features, one);
        if (memcmp(one, prob + i * classes, classes * sizeof *one) != 0 ||
            forest_classify(f, rows + i * features) >= classes)
            abort();
    }
    if (size < 1 << 14)
        forest_explain(f, rows, contribution, one, &err);
    forest_dump(f, swallow, &left, &err);
    left = 1 << 16;
    forest_export_onnx(f, swallow, &left, &err);
    free(rows);
    free(prob);
    free(contribution);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size) {
    struct forest *f;
    struct forest_error err;
    if (size < sizeof(struct lf_header) || size > 1 << 20)
        return 0;
    uint8_t *image = aligned_alloc(LF_ALIGN, lf_aligned(size));
    if (image == NULL)
        return 0;
    memcpy(image, input, size);
    fix_sums(image, size);
    fix_gold(image, size);
    fix_sums(image, size);
    if (forest_open(&f, image, size, &err) == FOREST_OK) {
        ask(f, image, size);
        forest_free(f);
    }
    free(image);
    return 0;
}
