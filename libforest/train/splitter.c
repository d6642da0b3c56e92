/* splitter.c - finds the best split of a node's rows by one feature: numeric features, and what all features need. */
#include "libforest/train/splitter.h"

#include "libforest/base/sort.h"
#include "libforest/train/split_simd.h"

#include <stdlib.h>

/* ---- items by code --------------------------------------------------------------------------- */

bool lf_split_counting_pays(const struct lf_splitter *s, const struct lf_column *column) {
    if (column->numeric && column->narrow == NULL)
        return false; /* the table has no room for those */
    return (uint64_t)s->n * 3 > (uint64_t)column->codes * s->stride;
}

static inline uint64_t entry_of(const struct lf_item *item, uint64_t code) {
    return code << 48 | (uint64_t)item->label << 40 | item->weight;
}

/* One pass of counting is enough for codes of a byte; it goes together with making the entries. */
static const uint64_t *sort_narrow(struct lf_splitter *s, const struct lf_column *column) {
    const struct lf_item *item = s->item, *end = item + s->n;
    const uint8_t *code = column->narrow;
    uint64_t *sorted = s->entry;
    uint32_t place[256] = {0};
    for (; item < end; item++)
        place[code[item->cell]]++;
    lf_sort_places(place, column->codes);
    for (item = s->item; item < end; item++)
        sorted[place[code[item->cell]]++] = entry_of(item, code[item->cell]);
    return sorted;
}

const uint64_t *lf_split_sort(struct lf_splitter *s, const struct lf_column *column) {
    const struct lf_item *item = s->item;
    uint64_t *entry = s->entry;
    uint32_t n = s->n;
    if (column->narrow != NULL && n > LF_SORT_SMALL)
        return sort_narrow(s, column);
    for (uint32_t i = 0; i < n; i++)
        entry[i] = entry_of(&item[i], lf_column_code(column, item[i].cell));
    return lf_sort_codes(entry, s->spare, n, column->codes);
}

/* Loops over items keep in locals what they need of s: the compiler cannot know that the counts they write
 * are not it. */
void lf_split_count(struct lf_splitter *s, const struct lf_column *column) {
    const struct lf_item *item = s->item, *end = item + s->n;
    uint32_t *table = s->table;
    size_t stride = s->stride;
    memset(table, 0, column->codes * stride * sizeof *table);
    if (column->narrow != NULL)
        for (const uint8_t *code = column->narrow; item < end; item++)
            table[code[item->cell] * stride + item->label] += item->weight;
    else
        for (const uint16_t *code = column->wide; item < end; item++)
            table[code[item->cell] * stride + item->label] += item->weight;
}

/* ---- numeric --------------------------------------------------------------------------------- */

static bool is_present(const struct lf_splitter *s, uint32_t code) {
    uint32_t any = 0;
    for (uint32_t k = 0; k < s->stride; k++)
        any |= s->table[(size_t)code * s->stride + k];
    return any != 0;
}

static void sweep_sorted(struct lf_splitter *s, uint32_t feature, const uint64_t *entry, uint32_t from,
                         enum missing missing) {
    struct partition now = all_right(s);
    struct threshold threshold = threshold_of(s);
    double *left = s->left;
    const double *total = s->total;
    const uint64_t *last = entry + s->n - 1;
    for (entry += from; entry < last; entry++) {
        uint32_t label = label_of(entry[0]);
        move(&now, &left[label], total[label], (int32_t)weight_of(entry[0]));
        /* Whether codes differ is hard to predict, hence asked last. */
        if (passes(&threshold, &now) && code_of(entry[0]) != code_of(entry[1]))
            threshold = take_cut(s, feature, &now, code_of(entry[0]), code_of(entry[1]), missing);
    }
}

static bool try_sorted(struct lf_splitter *s, uint32_t feature, const struct lf_column *column) {
    const uint64_t *entry = lf_split_sort(s, column);
    uint32_t missing = 0;
    if (code_of(entry[0]) == code_of(entry[s->n - 1]))
        return false;
    while (code_of(entry[missing]) == 0)
        missing++;
    sweep_sorted(s, feature, entry, 0, missing > 0 ? MISSING_LEFT : MISSING_NONE);
    if (missing > 0)
        sweep_sorted(s, feature, entry, missing, MISSING_RIGHT);
    return true;
}

/* The counts of a code go from right to left.  Squares are summed anew, in LF_CLASS_LANES sums. */
static inline void move_counts(struct partition *now, double *left, double *right, const uint32_t *count,
                               uint32_t stride) {
    double rows[LF_CLASS_LANES] = {0}, squares_left[LF_CLASS_LANES] = {0}, squares_right[LF_CLASS_LANES] = {0};
    for (uint32_t k = 0; k < stride; k += LF_CLASS_LANES)
        for (uint32_t lane = 0; lane < LF_CLASS_LANES; lane++) {
            double moved = (int32_t)count[k + lane], l = left[k + lane] + moved, r = right[k + lane] - moved;
            left[k + lane] = l;
            right[k + lane] = r;
            rows[lane] += moved;
            squares_left[lane] += l * l;
            squares_right[lane] += r * r;
        }
    double moved = (rows[0] + rows[1]) + (rows[2] + rows[3]);
    now->left += moved;
    now->right -= moved;
    now->squares_left = (squares_left[0] + squares_left[1]) + (squares_left[2] + squares_left[3]);
    now->squares_right = (squares_right[0] + squares_right[1]) + (squares_right[2] + squares_right[3]);
}

/*
 * A cut after each code from `from` on.  Codes that are absent repeat the score of the one before, which
 * does not improve it; nor does a side without rows.
 */
static void sweep_counted(struct lf_splitter *s, uint32_t feature, uint32_t from, enum missing missing) {
    double left[FOREST_MAX_CLASSES] = {0}, right[FOREST_MAX_CLASSES] = {0};
    uint32_t codes = s->matrix->column[feature].codes, stride = s->stride;
    struct partition now = {0, s->rows, 0, s->squares};
    struct threshold threshold = threshold_of(s);
    memcpy(right, s->total, s->classes * sizeof *right);
    for (uint32_t code = from; code < codes; code++) {
        move_counts(&now, left, right, s->table + (size_t)code * stride, stride);
        if (!passes(&threshold, &now))
            continue;
        uint32_t next = code + 1;
        while (!is_present(s, next))
            next++;
        threshold = take_cut(s, feature, &now, code, next, missing);
    }
}

static bool varies(const struct lf_splitter *s, uint32_t codes) {
    uint32_t present = 0;
    for (uint32_t code = 0; present < 2 && code < codes; code++)
        present += is_present(s, code);
    return present > 1;
}

static bool try_counted(struct lf_splitter *s, uint32_t feature, const struct lf_column *column) {
    lf_split_count(s, column);
    if (!varies(s, column->codes))
        return false;
    bool missing = is_present(s, 0);
    sweep_counted(s, feature, 0, missing ? MISSING_LEFT : MISSING_NONE);
    if (missing)
        sweep_counted(s, feature, 1, MISSING_RIGHT);
    return true;
}

/* ---- a node ---------------------------------------------------------------------------------- */

void lf_splitter_begin(struct lf_splitter *s, const struct lf_item *item, uint32_t n, const uint32_t *class_count,
                       uint64_t rows) {
    s->item = item;
    s->n = n;
    s->rows = (double)rows;
    s->squares = 0;
    for (uint32_t k = 0; k < s->classes; k++) {
        s->total[k] = class_count[k];
        s->squares += s->total[k] * s->total[k];
    }
    s->best.score = -1;
    lf_simd_begin(s);
    s->small = lf_split_small_usable(s);
    if (s->small)
        lf_split_small_begin(s);
}

bool lf_splitter_try(struct lf_splitter *s, uint32_t feature, const struct lf_column *column) {
    if (!column->numeric)
        return lf_split_try_levels(s, feature, column);
    if (s->small)
        return lf_split_try_small(s, feature, column);
    if (lf_split_simd_usable(s, column))
        return lf_split_try_simd(s, feature, column);
    return lf_split_counting_pays(s, column) ? try_counted(s, feature, column) : try_sorted(s, feature, column);
}

/* Both sides are pure when L/l + R/r has become l + r. */
bool lf_splitter_is_perfect(const struct lf_splitter *s) {
    return s->best.score >= s->rows;
}

const struct lf_split *lf_splitter_best(const struct lf_splitter *s) {
    return &s->best;
}

size_t lf_splitter_set_words(const struct lf_splitter *s) {
    return s->set_words;
}

/* ---- memory ---------------------------------------------------------------------------------- */

static bool make_places(struct lf_splitter *s) {
    bool made = true;
    for (uint32_t f = 0; made && f < s->matrix->features; f++) {
        const struct lf_column *column = &s->matrix->column[f];
        if (!column->numeric && column->codes - 2 > LF_EXHAUSTIVE) /* missing and unseen are not levels */
            made = (s->place[f] = calloc(column->codes, sizeof *s->place[f])) != NULL;
    }
    return made;
}

static bool make(struct lf_splitter *s, const struct lf_matrix *matrix) {
    size_t codes = 1, levels = 1;
    for (uint32_t f = 0; f < matrix->features; f++) {
        const struct lf_column *column = &matrix->column[f];
        if (column->codes > codes && (column->narrow != NULL || !column->numeric))
            codes = column->codes;
        if (column->codes > levels && !column->numeric)
            levels = column->codes;
    }
    s->set_words = (levels + 31) / 32;
    s->entry = calloc(matrix->cells, sizeof *s->entry);
    s->spare = calloc(matrix->cells, sizeof *s->spare);
    s->table = calloc(codes * s->stride + 1, sizeof *s->table);
    s->group = calloc(levels, sizeof *s->group);
    s->order = calloc(levels, sizeof *s->order);
    s->best.set = calloc(s->set_words, sizeof *s->best.set);
    s->place = calloc(matrix->features, sizeof *s->place);
    s->simd = calloc(1, sizeof *s->simd);
    return s->entry && s->spare && s->table && s->group && s->order && s->best.set && s->place && s->simd &&
           make_places(s);
}

struct lf_splitter *lf_splitter_new(const struct lf_matrix *matrix, uint32_t min_leaf) {
    struct lf_splitter *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->matrix = matrix;
    s->min_leaf = min_leaf;
    s->classes = matrix->classes;
    s->stride = (matrix->classes + LF_CLASS_LANES - 1) / LF_CLASS_LANES * LF_CLASS_LANES;
    if (!make(s, matrix)) {
        lf_splitter_free(s);
        return NULL;
    }
    return s;
}

void lf_splitter_free(struct lf_splitter *s) {
    if (s == NULL)
        return;
    free(s->entry);
    free(s->spare);
    free(s->table);
    free(s->group);
    free(s->order);
    free(s->best.set);
    for (uint32_t f = 0; s->place != NULL && f < s->matrix->features; f++)
        free(s->place[f]);
    free(s->place);
    free(s->simd);
    free(s);
}
