/*
 * forest_dataset.c - rows, collapsed: equal (row, label) pairs become one cell with a weight.
 *
 * Where all features are categorical and their combinations few, cells are counters in a dense array;
 * otherwise records in a pool, with a counter each.
 */
#include "libforest/data/forest_dataset.h"

#include "libforest/base/forest_error.h"
#include "libforest/base/intern.h"
#include "libforest/data/forest_schema.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DENSE_COUNTERS ((size_t)1 << 20) /* 8 MiB, of which only pages in use exist */
#define MAX_ROWS ((uint64_t)1 << 53)     /* counts stay exact in a double */

struct forest_dataset {
    struct forest_schema *schema;
    uint64_t rows;
    size_t cells;
    size_t combinations; /* above 0: dense */
    uint64_t *count;     /* dense: [combinations][classes]; otherwise [capacity], by record */
    size_t capacity;
    struct lf_intern intern; /* records: a word a feature (code, or the bits of a number), then the label */
    uint32_t *record;        /* [features + 1], the current record */
    uint32_t *levels;        /* [features], 0 for a numeric one */
};

static bool make(struct forest_dataset *ds) {
    size_t features = ds->schema->features, classes = ds->schema->classes;
    ds->levels = calloc(features, sizeof *ds->levels);
    ds->record = calloc(features + 1, sizeof *ds->record);
    if (ds->levels == NULL || ds->record == NULL)
        return false;
    for (size_t f = 0; f < features; f++)
        ds->levels[f] = (uint32_t)ds->schema->feature[f].levels;
    lf_intern_init(&ds->intern, (features + 1) * sizeof *ds->record);
    ds->combinations = lf_schema_domain(ds->schema, DENSE_COUNTERS / classes);
    if (ds->combinations > 0)
        ds->count = calloc(ds->combinations * classes, sizeof *ds->count);
    return ds->combinations == 0 || ds->count != NULL;
}

enum forest_status forest_dataset_new(struct forest_dataset **out, const struct forest_schema *schema,
                                      struct forest_error *err) {
    enum forest_status status = lf_schema_check(schema, err);
    if (status != FOREST_OK)
        return status;
    struct forest_dataset *ds = calloc(1, sizeof *ds);
    if (ds == NULL)
        return lf_no_memory(err);
    ds->schema = lf_schema_copy(schema);
    if (ds->schema == NULL || !make(ds)) {
        forest_dataset_free(ds);
        return lf_no_memory(err);
    }
    *out = ds;
    return FOREST_OK;
}

void forest_dataset_free(struct forest_dataset *ds) {
    if (ds == NULL)
        return;
    lf_intern_done(&ds->intern);
    free(ds->count);
    free(ds->record);
    free(ds->levels);
    free(ds->schema);
    free(ds);
}

/* ---- dense ----------------------------------------------------------------------------------- */

static size_t dense_index(const struct forest_dataset *ds, const float *row, uint16_t label) {
    size_t index = 0;
    for (size_t f = 0; f < ds->schema->features; f++)
        index = index * (ds->levels[f] + 2) + lf_level_code(row[f], ds->levels[f]);
    return index * ds->schema->classes + label;
}

/* What the loop needs of ds is kept in locals: the compiler cannot know that counting does not change it. */
static void dense_add(struct forest_dataset *ds, const float *rows, const uint16_t *labels, const uint32_t *weights,
                      size_t n) {
    size_t features = ds->schema->features, classes = ds->schema->classes, cells = 0;
    const uint32_t *levels = ds->levels;
    uint64_t *count = ds->count;
    for (size_t i = 0; i < n; i++, rows += features) {
        size_t index = 0;
        for (size_t f = 0; f < features; f++)
            index = index * (levels[f] + 2) + lf_level_code(rows[f], levels[f]);
        index = index * classes + labels[i];
        uint64_t weight = weights ? weights[i] : 1, before = count[index];
        cells += before == 0 && weight != 0;
        count[index] = before + weight;
    }
    ds->cells += cells;
}

/* ---- sparse ---------------------------------------------------------------------------------- */

static uint32_t float_bits(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static float bits_float(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Equal numbers get equal bits: one zero, one NaN. */
static uint32_t number_bits(float value) {
    return value != value ? float_bits(NAN) : value == 0 ? 0 : float_bits(value);
}

static void fill_record(struct forest_dataset *ds, const float *row, uint16_t label) {
    size_t features = ds->schema->features;
    for (size_t f = 0; f < features; f++)
        ds->record[f] = ds->levels[f] ? lf_level_code(row[f], ds->levels[f]) : number_bits(row[f]);
    ds->record[features] = label;
}

static bool reserve_counters(struct forest_dataset *ds) {
    if (ds->intern.count < ds->capacity)
        return true;
    size_t capacity = ds->capacity + ds->capacity / 2 + 64;
    uint64_t *count = reallocarray(ds->count, capacity, sizeof *count);
    if (count == NULL)
        return false;
    ds->count = count;
    ds->capacity = capacity;
    return true;
}

static bool sparse_add_one(struct forest_dataset *ds, const float *row, uint16_t label, uint64_t weight) {
    uint32_t number, before = ds->intern.count;
    fill_record(ds, row, label);
    if (!reserve_counters(ds) || !lf_intern_add(&ds->intern, ds->record, &number))
        return false;
    if (ds->intern.count > before)
        ds->count[number] = 0;
    ds->cells += ds->count[number] == 0;
    ds->count[number] += weight;
    return true;
}

/* Take away what sparse_add_one added.  The record is there, so nothing is allocated; records without
 * weight stay in the pool and count for nothing. */
static void sparse_take_back(struct forest_dataset *ds, const float *row, uint16_t label, uint64_t weight) {
    uint32_t number;
    fill_record(ds, row, label);
    if (lf_intern_add(&ds->intern, ds->record, &number)) {
        ds->count[number] -= weight;
        ds->cells -= ds->count[number] == 0;
    }
}

static bool sparse_add(struct forest_dataset *ds, const float *rows, const uint16_t *labels, const uint32_t *weights,
                       size_t n) {
    size_t features = ds->schema->features, done = 0;
    for (; done < n; done++) {
        uint64_t weight = weights ? weights[done] : 1;
        if (weight != 0 && !sparse_add_one(ds, rows + done * features, labels[done], weight))
            break;
    }
    if (done == n)
        return true;
    while (done-- > 0) {
        uint64_t weight = weights ? weights[done] : 1;
        if (weight != 0)
            sparse_take_back(ds, rows + done * features, labels[done], weight);
    }
    return false;
}

/* ---- both ------------------------------------------------------------------------------------ */

static enum forest_status check_rows(uint64_t have, uint64_t more, struct forest_error *err) {
    if (more > MAX_ROWS - have)
        return lf_fail(err, FOREST_INVALID, "%llu rows and %llu more are over 2^53", (unsigned long long)have,
                       (unsigned long long)more);
    return FOREST_OK;
}

enum forest_status forest_dataset_add(struct forest_dataset *ds, const float *rows, const uint16_t *labels,
                                      const uint32_t *weights, size_t n, struct forest_error *err) {
    uint64_t total = 0;
    uint16_t highest = 0;
    for (size_t i = 0; i < n; i++)
        highest = labels[i] > highest ? labels[i] : highest;
    for (size_t i = 0; highest >= ds->schema->classes && i < n; i++)
        if (labels[i] >= ds->schema->classes)
            return lf_fail(err, FOREST_INVALID, "label %u of row %zu is not below %zu", labels[i], i,
                           ds->schema->classes);
    for (size_t i = 0; i < n; i++)
        total += weights ? weights[i] : 1;
    enum forest_status status = check_rows(ds->rows, total, err);
    if (status != FOREST_OK)
        return status;
    if (ds->combinations > 0)
        dense_add(ds, rows, labels, weights, n);
    else if (!sparse_add(ds, rows, labels, weights, n))
        return lf_no_memory(err);
    ds->rows += total;
    return FOREST_OK;
}

/* Equal schemas store cells in the same way. */
enum forest_status forest_dataset_merge(struct forest_dataset *into, const struct forest_dataset *from,
                                        struct forest_error *err) {
    if (!lf_schema_equal(into->schema, from->schema))
        return lf_fail(err, FOREST_INVALID, "the data sets have different schemas");
    enum forest_status status = check_rows(into->rows, from->rows, err);
    if (status != FOREST_OK)
        return status;
    float *row = calloc(from->schema->features, sizeof *row);
    if (row == NULL)
        return lf_no_memory(err);
    struct lf_cell cell = {.row = row};
    size_t position = 0, done = 0;
    bool added = true;
    for (; added && lf_dataset_next(from, &position, &cell); done += added)
        if (into->combinations > 0) {
            uint64_t *count = &into->count[dense_index(into, row, cell.label)];
            into->cells += *count == 0;
            *count += cell.count;
        } else {
            added = sparse_add_one(into, row, cell.label, cell.count);
        }
    if (added)
        into->rows += from->rows;
    for (position = 0; !added && done > 0 && lf_dataset_next(from, &position, &cell); done--)
        sparse_take_back(into, row, cell.label, cell.count);
    free(row);
    return added ? FOREST_OK : lf_no_memory(err);
}

static float level_value(uint32_t code, uint32_t levels) {
    return code < levels ? (float)code : code == levels ? NAN : FOREST_UNSEEN;
}

static void read_dense(const struct forest_dataset *ds, size_t index, struct lf_cell *cell) {
    cell->label = (uint16_t)(index % ds->schema->classes);
    index /= ds->schema->classes;
    for (size_t f = ds->schema->features; f-- > 0; index /= ds->levels[f] + 2)
        cell->row[f] = level_value((uint32_t)(index % (ds->levels[f] + 2)), ds->levels[f]);
}

static void read_sparse(const struct forest_dataset *ds, uint32_t number, struct lf_cell *cell) {
    const uint32_t *record = lf_intern_at(&ds->intern, number);
    size_t features = ds->schema->features;
    for (size_t f = 0; f < features; f++)
        cell->row[f] = ds->levels[f] ? level_value(record[f], ds->levels[f]) : bits_float(record[f]);
    cell->label = (uint16_t)record[features];
}

/* Counters, some of which may be 0. */
static size_t counters(const struct forest_dataset *ds) {
    return ds->combinations > 0 ? ds->combinations * ds->schema->classes : ds->intern.count;
}

bool lf_dataset_next(const struct forest_dataset *ds, size_t *position, struct lf_cell *cell) {
    size_t end = counters(ds);
    while (*position < end && ds->count[*position] == 0)
        ++*position;
    if (*position >= end)
        return false;
    cell->count = ds->count[*position];
    if (ds->combinations > 0)
        read_dense(ds, *position, cell);
    else
        read_sparse(ds, (uint32_t)*position, cell);
    ++*position;
    return true;
}

void lf_dataset_column(const struct forest_dataset *ds, size_t feature, uint32_t *word) {
    size_t stride = ds->schema->classes;
    for (size_t f = ds->schema->features; ds->combinations > 0 && f-- > feature + 1;)
        stride *= ds->levels[f] + 2;
    for (size_t i = 0, end = counters(ds); i < end; i++)
        if (ds->count[i] != 0)
            *word++ = ds->combinations > 0 ? (uint32_t)(i / stride % (ds->levels[feature] + 2))
                                           : lf_intern_at(&ds->intern, (uint32_t)i)[feature];
}

void lf_dataset_labels(const struct forest_dataset *ds, uint16_t *label, uint64_t *count) {
    size_t features = ds->schema->features;
    for (size_t i = 0, end = counters(ds); i < end; i++)
        if (ds->count[i] != 0) {
            *label++ = (uint16_t)(ds->combinations > 0 ? i % ds->schema->classes
                                                       : lf_intern_at(&ds->intern, (uint32_t)i)[features]);
            *count++ = ds->count[i];
        }
}

uint64_t forest_dataset_rows(const struct forest_dataset *ds) {
    return ds->rows;
}

size_t forest_dataset_cells(const struct forest_dataset *ds) {
    return ds->cells;
}

const struct forest_schema *forest_dataset_schema(const struct forest_dataset *ds) {
    return ds->schema;
}
