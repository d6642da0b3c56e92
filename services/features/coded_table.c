/* coded_table.c - makes the coded rows and writes them; equal rows become one row with a weight. */
#include "services/features/coded_table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/table/csv_table.h"
#include "services/common/table/feature_codec.h"

enum { LAST_COLUMNS = 3, DAY = 86400 };

static int compare_rows(const void *left, const void *right, void *width) {
    const uint32_t *a = left, *b = right;
    for (size_t i = 0; i < *(const size_t *)width; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

static uint32_t periods_before(unix_time from, unix_time at) {
    int64_t periods = (from - at) / (FEATURE_PERIOD_DAYS * DAY);
    return periods < UINT32_MAX - 1 ? (uint32_t)periods : UINT32_MAX - 2;
}

static void code_rows(struct coded_table *t, const struct training_rows *p, const struct split *split,
                      const struct encoding *encoding) {
    unix_time from = split_time(split, p, split->holdout);
    for (size_t i = 0; i < p->count; i++) {
        size_t row = split->order[i];
        uint32_t *code = t->code + i * t->width;
        for (size_t f = 0; f < encoding->features; f++)
            code[f] = encoding_code(&encoding->feature[f],
                                    p->value[row * p->config->feature_count + encoding->feature[f].place]);
        code[t->features] = p->row[row].class;
        code[t->features + 1] = split_of(split, i);
        code[t->features + 2] = i < split->holdout ? periods_before(from, p->row[row].at) : 0;
    }
}

/* Equal rows are adjacent once sorted. */
static void merge_rows(struct coded_table *t, size_t rows) {
    size_t bytes = t->width * sizeof *t->code;
    for (size_t i = 0; i < rows; i++) {
        const uint32_t *code = t->code + i * t->width;
        if (t->rows > 0 && memcmp(t->code + (t->rows - 1) * t->width, code, bytes) == 0) {
            t->weight[t->rows - 1]++;
            continue;
        }
        memmove(t->code + t->rows * t->width, code, bytes);
        t->weight[t->rows++] = 1;
    }
}

bool coded_table_make(struct coded_table *out, const struct training_rows *p, const struct split *split,
                      const struct encoding *encoding, struct error *err) {
    struct coded_table t = {.features = encoding->features, .width = encoding->features + LAST_COLUMNS};
    t.code = malloc(p->count * t.width * sizeof *t.code);
    t.weight = malloc(p->count * sizeof *t.weight);
    if (t.code == NULL || t.weight == NULL) {
        error_set_errno(err, "code", "purchases");
        coded_table_done(&t);
        return false;
    }
    code_rows(&t, p, split, encoding);
    qsort_r(t.code, p->count, t.width * sizeof *t.code, compare_rows, &t.width);
    merge_rows(&t, p->count);
    *out = t;
    return true;
}

void coded_table_done(struct coded_table *table) {
    free(table->code);
    free(table->weight);
    *table = (struct coded_table){0};
}

/* ---- features.csv ---- */

static void write_number(float number, FILE *file) {
    char text[FEATURE_NUMBER_TEXT];
    feature_write_number(number, text);
    fprintf(file, "%s,", text);
}

static void write_code(const struct encoded_feature *feature, uint32_t code, FILE *file) {
    if (code == CODE_MISSING)
        fputc(',', file);
    else if (feature->numeric)
        write_number(training_rows_number(code), file);
    else
        fprintf(file, "%" PRId32 ",", (int32_t)code - CODE_FIRST_LEVEL);
}

void coded_table_write(const struct coded_table *table, const struct encoding *encoding,
                       const struct etl_config *config, FILE *file) {
    for (size_t i = 0; i < encoding->features; i++)
        csv_write_text(file, config->features[encoding->feature[i].place].name, false);
    fputs("class,weight,split,period\n", file);
    for (size_t i = 0; i < table->rows; i++) {
        const uint32_t *code = table->code + i * table->width;
        for (size_t f = 0; f < table->features; f++)
            write_code(&encoding->feature[f], code[f], file);
        const uint32_t *last = code + table->features;
        fprintf(file, "%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32 "\n", last[0], table->weight[i], last[1], last[2]);
    }
}
