/* matrix.c - what trees are grown on: the cells of a data set, a column of codes for each feature. */
#include "libforest/data/matrix.h"

#include "libforest/base/forest_error.h"
#include "libforest/data/bins.h"
#include "libforest/data/forest_dataset.h"
#include "libforest/data/forest_schema.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

/* The cells as they come from the data set, before equal ones are found. */
struct draft {
    uint32_t cells;
    size_t width;     /* codes of a record, a multiple of 4: ranks by feature in the order of names, label rank, 0 */
    uint16_t *record; /* [cells][width] */
    uint16_t *label;  /* [cells] */
    uint64_t *count;  /* [cells] */
    uint32_t *word;   /* [cells], values of the current feature */
    uint16_t *code;   /* [cells], codes of the current feature */
    struct sorted *sorted; /* [cells] */
};

struct sorted {
    uint64_t prefix; /* the record's first bytes as a number */
    uint32_t cell;
};

static void draft_done(struct draft *draft) {
    free(draft->record);
    free(draft->label);
    free(draft->count);
    free(draft->word);
    free(draft->code);
    free(draft->sorted);
}

static bool draft_make(struct draft *draft, const struct forest_dataset *ds, size_t features) {
    size_t cells = draft->cells;
    draft->width = (features + 1 + 3) / 4 * 4;
    draft->record = reallocarray(NULL, cells, draft->width * sizeof *draft->record);
    draft->label = calloc(cells, sizeof *draft->label);
    draft->count = calloc(cells, sizeof *draft->count);
    draft->word = calloc(cells, sizeof *draft->word);
    draft->code = calloc(cells, sizeof *draft->code);
    draft->sorted = calloc(cells, sizeof *draft->sorted);
    if (!draft->record || !draft->label || !draft->count || !draft->word || !draft->code || !draft->sorted)
        return false;
    memset(draft->record, 0, cells * draft->width * sizeof *draft->record);
    lf_dataset_labels(ds, draft->label, draft->count);
    return true;
}

static void fill_ranks(struct draft *draft, size_t place, const uint16_t *code, const uint32_t *rank) {
    for (uint32_t cell = 0; cell < draft->cells; cell++)
        draft->record[cell * draft->width + place] = (uint16_t)(rank ? rank[code[cell]] : code[cell]);
}

/* Levels by name, then missing, then unseen. */
static bool rank_levels(struct lf_column *column, const struct forest_feature *feature) {
    uint32_t levels = (uint32_t)feature->levels;
    column->codes = levels + 2;
    column->rank = calloc(column->codes, sizeof *column->rank);
    if (column->rank == NULL || !lf_schema_rank(feature->level, levels, column->rank, NULL))
        return false;
    column->rank[levels] = levels;
    column->rank[levels + 1] = levels + 1;
    return true;
}

static bool draft_feature(struct draft *draft, size_t place, struct lf_column *column, const struct forest_dataset *ds,
                          uint32_t feature) {
    const struct forest_feature *what = &forest_dataset_schema(ds)->feature[feature];
    column->numeric = what->kind == FOREST_NUMERIC;
    lf_dataset_column(ds, feature, draft->word);
    if (column->numeric) {
        struct lf_bins bins;
        if (!lf_bins_make(&bins, draft->word, draft->count, draft->cells, draft->code))
            return false;
        column->codes = bins.codes;
        column->cut = bins.cut;
    } else {
        if (!rank_levels(column, what))
            return false;
        for (uint32_t cell = 0; cell < draft->cells; cell++)
            draft->code[cell] = (uint16_t)draft->word[cell];
    }
    fill_ranks(draft, place, draft->code, column->rank);
    return true;
}

static int by_record(const void *a, const void *b, void *context) {
    const struct draft *draft = context;
    const struct sorted *x = a, *y = b;
    if (x->prefix != y->prefix)
        return x->prefix < y->prefix ? -1 : 1;
    return memcmp(draft->record + x->cell * draft->width, draft->record + y->cell * draft->width,
                  draft->width * sizeof *draft->record);
}

static void draft_sort(struct draft *draft) {
    for (uint32_t cell = 0; cell < draft->cells; cell++) {
        uint64_t first;
        memcpy(&first, draft->record + cell * draft->width, sizeof first);
        draft->sorted[cell] = (struct sorted){be64toh(first), cell};
    }
    qsort_r(draft->sorted, draft->cells, sizeof *draft->sorted, by_record, draft);
}

/* Count the distinct records, and number each cell by its own: word[cell] becomes that number. */
static uint32_t number_distinct(struct draft *draft) {
    uint32_t distinct = 0;
    for (uint32_t i = 0; i < draft->cells; i++) {
        distinct += i > 0 && by_record(&draft->sorted[i - 1], &draft->sorted[i], draft) != 0;
        draft->word[draft->sorted[i].cell] = distinct;
    }
    return distinct + 1;
}

static bool fill_column(struct lf_column *column, const struct draft *draft, size_t place, uint32_t cells) {
    uint16_t *unrank = calloc(column->codes, sizeof *unrank);
    bool narrow = column->codes <= 256;
    column->narrow = narrow ? calloc(cells, 1) : NULL;
    column->wide = narrow ? NULL : calloc(cells, sizeof *column->wide);
    if (unrank == NULL || (column->narrow == NULL && column->wide == NULL)) {
        free(unrank);
        return false;
    }
    for (uint32_t code = 0; code < column->codes; code++)
        unrank[column->rank ? column->rank[code] : code] = (uint16_t)code;
    for (uint32_t cell = 0; cell < draft->cells; cell++) {
        uint16_t code = unrank[draft->record[cell * draft->width + place]];
        if (narrow)
            column->narrow[draft->word[cell]] = (uint8_t)code;
        else
            column->wide[draft->word[cell]] = code;
    }
    free(unrank);
    return true;
}

static bool fill_matrix(struct lf_matrix *out, struct draft *draft) {
    out->cells = number_distinct(draft);
    out->label = calloc(out->cells, sizeof *out->label);
    out->count = calloc(out->cells, sizeof *out->count);
    if (out->label == NULL || out->count == NULL)
        return false;
    for (uint32_t cell = 0; cell < draft->cells; cell++) {
        out->label[draft->word[cell]] = (uint8_t)draft->label[cell];
        out->count[draft->word[cell]] += draft->count[cell];
    }
    for (uint32_t place = 0; place < out->features; place++)
        if (!fill_column(&out->column[out->by_name[place]], draft, place, out->cells))
            return false;
    return true;
}

static bool order_features(struct lf_matrix *out) {
    const char *names[FOREST_MAX_FEATURES];
    uint32_t rank[FOREST_MAX_FEATURES];
    for (uint32_t f = 0; f < out->features; f++)
        names[f] = out->schema->feature[f].name;
    if (!lf_schema_rank(names, out->features, rank, NULL))
        return false;
    for (uint32_t f = 0; f < out->features; f++)
        out->by_name[rank[f]] = f;
    return true;
}

static bool make(struct lf_matrix *out, struct draft *draft, const struct forest_dataset *ds) {
    uint32_t rank[FOREST_MAX_CLASSES];
    out->column = calloc(out->features, sizeof *out->column);
    out->by_name = calloc(out->features, sizeof *out->by_name);
    if (!out->column || !out->by_name || !order_features(out) || !draft_make(draft, ds, out->features) ||
        !lf_schema_rank(out->schema->class_name, out->classes, rank, NULL))
        return false;
    for (uint32_t place = 0; place < out->features; place++)
        if (!draft_feature(draft, place, &out->column[out->by_name[place]], ds, out->by_name[place]))
            return false;
    for (uint32_t k = 0; k < out->classes; k++)
        out->class_by_name[rank[k]] = (uint8_t)k;
    for (uint32_t cell = 0; cell < draft->cells; cell++)
        draft->label[cell] = (uint16_t)rank[draft->label[cell]];
    fill_ranks(draft, out->features, draft->label, NULL);
    draft_sort(draft);
    return fill_matrix(out, draft);
}

enum forest_status lf_matrix_make(struct lf_matrix *out, const struct forest_dataset *ds, struct forest_error *err) {
    const struct forest_schema *schema = forest_dataset_schema(ds);
    size_t cells = forest_dataset_cells(ds);
    if (cells == 0)
        return lf_fail(err, FOREST_INVALID, "the data set is empty");
    if (cells > INT32_MAX)
        return lf_fail(err, FOREST_INVALID, "%zu distinct rows are over 2147483647", cells);
    *out = (struct lf_matrix){.schema = schema,
                              .features = (uint32_t)schema->features,
                              .classes = (uint32_t)schema->classes,
                              .rows = forest_dataset_rows(ds)};
    struct draft draft = {.cells = (uint32_t)cells};
    bool made = make(out, &draft, ds);
    draft_done(&draft);
    if (made)
        return FOREST_OK;
    lf_matrix_done(out);
    return lf_no_memory(err);
}

void lf_matrix_done(struct lf_matrix *matrix) {
    for (uint32_t f = 0; matrix->column != NULL && f < matrix->features; f++) {
        struct lf_column *column = &matrix->column[f];
        free(column->narrow);
        free(column->wide);
        free(column->cut);
        free(column->rank);
    }
    free(matrix->column);
    free(matrix->by_name);
    free(matrix->label);
    free(matrix->count);
    *matrix = (struct lf_matrix){0};
}
