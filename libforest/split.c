/* split.c - the best way to part the rows of a node by one feature. */
#include "libforest/split.h"

#include "libforest/node.h"
#include "libforest/sort.h"

#include <stdlib.h>
#include <string.h>

enum { LANES = 4 }; /* classes that are worked on together */

/* Items with one code. */
struct group {
    uint32_t code;
    double rows;
    const uint32_t *count; /* [classes] */
};

struct by_share {
    double share;
    uint32_t rank, group;
};

struct lf_splitter {
    const struct lf_matrix *matrix;
    double min_leaf;
    uint32_t classes;
    size_t set_words;

    const struct lf_item *item; /* the node */
    uint32_t n;
    double rows, squares;
    double total[FOREST_MAX_CLASSES]; /* rows by class */
    double left[FOREST_MAX_CLASSES];  /* of which are on the left now */

    uint64_t *entry, *spare; /* [cells], an item as code << 48 | label << 40 | weight */
    uint32_t *table;         /* [codes or groups][stride], counts by class */
    uint32_t stride;         /* classes, rounded up to a multiple of LANES */
    struct group *group;     /* [codes] */
    struct by_share *order;  /* [codes] */
    struct lf_split best;
    double best_above, best_below; /* its score as a fraction */
};

/* ---- parting --------------------------------------------------------------------------------- */

/*
 * Rows as they are parted now: how many on each side, and the sum of their squared class counts.  Counts are
 * integers and kept in doubles, which hold them exactly and multiply twice as fast as 64-bit integers do.
 */
struct parted {
    double left, right, squares_left, squares_right;
};

static inline struct parted all_right(struct lf_splitter *s) {
    memset(s->left, 0, s->classes * sizeof *s->left);
    return (struct parted){0, s->rows, 0, s->squares};
}

/* Move rows of a class from right to left, or back where negative: (l + w)^2 - l^2 = w (2l + w). */
static inline void move(struct parted *now, double *left_of_class, double total_of_class, double rows) {
    double left = *left_of_class, right = total_of_class - left;
    *left_of_class = left + rows;
    now->squares_left += rows * (2 * left + rows);
    now->squares_right -= rows * (2 * right - rows);
    now->left += rows;
    now->right -= rows;
}

/* sign is 1 to the left, -1 back to the right. */
static inline void move_group(struct lf_splitter *s, struct parted *now, const uint32_t *count, int32_t sign) {
    for (uint32_t k = 0; k < s->classes; k++)
        move(now, &s->left[k], s->total[k], sign * (int32_t)count[k]);
}

/* What a split must pass to be the best: L/l + R/r as a fraction, so that comparing takes no division. */
struct bar {
    double min_leaf, above, below;
};

static inline struct bar bar_of(const struct lf_splitter *s) {
    return (struct bar){s->min_leaf, s->best_above, s->best_below};
}

static inline double above(const struct parted *now) {
    return now->squares_left * now->right + now->squares_right * now->left;
}

static inline double below(const struct parted *now) {
    return now->left * now->right;
}

/* Most splits do not, which is seen first; a side without rows never does. */
static inline bool passes(const struct bar *bar, const struct parted *now) {
    if (__builtin_expect(above(now) * bar->below <= bar->above * below(now), 1))
        return false;
    return now->left >= bar->min_leaf && now->right >= bar->min_leaf;
}

static struct bar take(struct lf_splitter *s, uint32_t feature, const struct parted *now) {
    s->best_above = above(now);
    s->best_below = below(now);
    s->best.score = s->best_above / s->best_below;
    s->best.feature = feature;
    return bar_of(s);
}

/* ---- items by code --------------------------------------------------------------------------- */

/* Counting goes through all codes, sorting takes more steps an item. */
static bool counting_pays(const struct lf_splitter *s, const struct lf_column *column) {
    if (column->numeric && column->narrow == NULL)
        return false; /* the table has no room for those */
    return (uint64_t)s->n * 3 > (uint64_t)column->codes * s->stride;
}

static inline uint64_t entry_of(const struct lf_item *item, uint64_t code) {
    return code << 48 | (uint64_t)item->label << 40 | item->weight;
}

static inline uint32_t code_of(uint64_t entry) {
    return (uint32_t)(entry >> 48);
}

static inline uint32_t label_of(uint64_t entry) {
    return (uint32_t)(entry >> 40) & 0xff;
}

static inline uint32_t weight_of(uint64_t entry) {
    return (uint32_t)entry;
}

static const uint64_t *sort_items(struct lf_splitter *s, const struct lf_column *column) {
    const struct lf_item *item = s->item;
    uint64_t *entry = s->entry;
    uint32_t n = s->n;
    if (column->narrow != NULL)
        for (uint32_t i = 0; i < n; i++)
            entry[i] = entry_of(&item[i], column->narrow[item[i].cell]);
    else
        for (uint32_t i = 0; i < n; i++)
            entry[i] = entry_of(&item[i], column->wide[item[i].cell]);
    return lf_sort_codes(entry, s->spare, n, column->codes);
}

/* Loops over items keep in locals what they need of s: the compiler cannot know that the counts they write
 * are not it. */
static void count_items(struct lf_splitter *s, const struct lf_column *column) {
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

static bool is_present(const struct lf_splitter *s, uint32_t code) {
    uint32_t any = 0;
    for (uint32_t k = 0; k < s->stride; k++)
        any |= s->table[(size_t)code * s->stride + k];
    return any != 0;
}

/* ---- numeric --------------------------------------------------------------------------------- */

enum missing { MISSING_NONE, MISSING_LEFT, MISSING_RIGHT };

/*
 * A cut between codes low and high, of which no code in between is here: take the middle, so
 * that a value not seen here goes with the nearer neighbour.  Where nothing is missing, what will be
 * missing later goes with the larger part.
 */
static struct bar take_cut(struct lf_splitter *s, uint32_t feature, const struct parted *now, uint32_t low,
                           uint32_t high, enum missing missing) {
    bool right = missing == MISSING_NONE ? now->right > now->left : missing == MISSING_RIGHT;
    uint32_t bin = low == 0 ? 0 : low + (high - 1 - low) / 2; /* 0: missing against the rest */
    s->best.flags = right ? LF_MISSING_RIGHT : 0;
    s->best.bin = (uint16_t)(right ? bin - 1 : bin);
    return take(s, feature, now);
}

static void sweep_sorted(struct lf_splitter *s, uint32_t feature, const uint64_t *entry, uint32_t from,
                         enum missing missing) {
    struct parted now = all_right(s);
    struct bar bar = bar_of(s);
    double *left = s->left;
    const double *total = s->total;
    const uint64_t *last = entry + s->n - 1;
    for (entry += from; entry < last; entry++) {
        uint32_t label = label_of(entry[0]);
        move(&now, &left[label], total[label], (int32_t)weight_of(entry[0]));
        /* Whether codes differ is hard to predict, hence asked last. */
        if (passes(&bar, &now) && code_of(entry[0]) != code_of(entry[1]))
            bar = take_cut(s, feature, &now, code_of(entry[0]), code_of(entry[1]), missing);
    }
}

static bool try_sorted(struct lf_splitter *s, uint32_t feature) {
    const uint64_t *entry = sort_items(s, &s->matrix->column[feature]);
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

/* The counts of a code go from right to left.  Squares are summed anew, in LANES sums. */
static inline void move_counts(struct parted *now, double *left, double *right, const uint32_t *count,
                               uint32_t stride) {
    double rows[LANES] = {0}, squares_left[LANES] = {0}, squares_right[LANES] = {0};
    for (uint32_t k = 0; k < stride; k += LANES)
        for (uint32_t lane = 0; lane < LANES; lane++) {
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
 * is no improvement; nor is a side without rows.
 */
static void sweep_counted(struct lf_splitter *s, uint32_t feature, uint32_t from, enum missing missing) {
    double left[FOREST_MAX_CLASSES] = {0}, right[FOREST_MAX_CLASSES] = {0};
    uint32_t codes = s->matrix->column[feature].codes, stride = s->stride;
    struct parted now = {0, s->rows, 0, s->squares};
    struct bar bar = bar_of(s);
    memcpy(right, s->total, s->classes * sizeof *right);
    for (uint32_t code = from; code < codes; code++) {
        move_counts(&now, left, right, s->table + (size_t)code * stride, stride);
        if (!passes(&bar, &now))
            continue;
        uint32_t next = code + 1;
        while (!is_present(s, next))
            next++;
        bar = take_cut(s, feature, &now, code, next, missing);
    }
}

static bool varies(const struct lf_splitter *s, uint32_t codes) {
    uint32_t present = 0;
    for (uint32_t code = 0; present < 2 && code < codes; code++)
        present += is_present(s, code);
    return present > 1;
}

static bool try_counted(struct lf_splitter *s, uint32_t feature) {
    const struct lf_column *column = &s->matrix->column[feature];
    count_items(s, column);
    if (!varies(s, column->codes))
        return false;
    bool missing = is_present(s, 0);
    sweep_counted(s, feature, 0, missing ? MISSING_LEFT : MISSING_NONE);
    if (missing)
        sweep_counted(s, feature, 1, MISSING_RIGHT);
    return true;
}

/* ---- categorical ----------------------------------------------------------------------------- */

static uint32_t groups_counted(struct lf_splitter *s, const struct lf_column *column) {
    uint32_t groups = 0;
    count_items(s, column);
    for (uint32_t code = 0; code < column->codes; code++) {
        struct group group = {code, 0, s->table + (size_t)code * s->stride};
        for (uint32_t k = 0; k < s->classes; k++)
            group.rows += group.count[k];
        if (group.rows > 0)
            s->group[groups++] = group;
    }
    return groups;
}

static uint32_t groups_sorted(struct lf_splitter *s, const struct lf_column *column) {
    const uint64_t *entry = sort_items(s, column);
    uint32_t groups = 0, *count = s->table;
    for (uint32_t i = 0; i < s->n; i++) {
        if (i == 0 || code_of(entry[i]) != code_of(entry[i - 1])) {
            count = s->table + (size_t)groups * s->stride;
            memset(count, 0, s->stride * sizeof *count);
            s->group[groups++] = (struct group){code_of(entry[i]), 0, count};
        }
        count[label_of(entry[i])] += weight_of(entry[i]);
        s->group[groups - 1].rows += weight_of(entry[i]);
    }
    return groups;
}

/* Levels in the order of their names. */
static void sort_groups(struct group *group, uint32_t groups, const uint32_t *rank) {
    for (uint32_t i = 1; i < groups; i++) {
        struct group moving = group[i];
        uint32_t j = i;
        for (; j > 0 && rank[group[j - 1].code] > rank[moving.code]; j--)
            group[j] = group[j - 1];
        group[j] = moving;
    }
}

/* Start the best level set: codes that are not here, missing and unseen among them, go with the larger part. */
static struct bar take_levels(struct lf_splitter *s, uint32_t feature, const struct parted *now) {
    uint32_t codes = s->matrix->column[feature].codes;
    s->best.flags = LF_LEVEL_SET;
    memset(s->best.set, 0, s->set_words * sizeof *s->best.set);
    for (uint32_t code = 0; now->right > now->left && code < codes; code++)
        s->best.set[code / 32] |= 1U << code % 32;
    return take(s, feature, now);
}

static void put_level(struct lf_splitter *s, const struct group *group, bool right) {
    uint32_t bit = 1U << group->code % 32, *word = &s->best.set[group->code / 32];
    *word = right ? *word | bit : *word & ~bit;
}

/* Every subset of levels on the left, the last level always right: a subset and its complement are one split. */
static void try_subsets(struct lf_splitter *s, uint32_t feature, uint32_t groups) {
    uint32_t left = 0, best = 0;
    struct parted now = all_right(s);
    struct bar bar = bar_of(s);
    for (uint32_t step = 1; step < 1U << (groups - 1); step++) {
        uint32_t level = (uint32_t)__builtin_ctz(step);
        left ^= 1U << level;
        move_group(s, &now, s->group[level].count, left >> level & 1 ? 1 : -1);
        if (passes(&bar, &now)) {
            bar = take_levels(s, feature, &now);
            best = left;
        }
    }
    for (uint32_t level = 0; best != 0 && level < groups; level++)
        put_level(s, &s->group[level], !(best >> level & 1));
}

static int larger_share(const void *a, const void *b) {
    const struct by_share *x = a, *y = b;
    if (x->share != y->share)
        return x->share > y->share ? -1 : 1;
    return x->rank < y->rank ? -1 : x->rank > y->rank;
}

static void try_order(struct lf_splitter *s, uint32_t feature, uint32_t groups, uint32_t class) {
    const uint32_t *rank = s->matrix->column[feature].rank;
    for (uint32_t g = 0; g < groups; g++) {
        const struct group *group = &s->group[g];
        s->order[g] = (struct by_share){group->count[class] / group->rows, rank[group->code], g};
    }
    qsort(s->order, groups, sizeof *s->order, larger_share);
    uint32_t best = 0;
    struct parted now = all_right(s);
    struct bar bar = bar_of(s);
    for (uint32_t g = 0; g + 1 < groups; g++) {
        move_group(s, &now, s->group[s->order[g].group].count, 1);
        if (passes(&bar, &now)) {
            bar = take_levels(s, feature, &now);
            best = g + 1;
        }
    }
    for (uint32_t g = 0; best != 0 && g < groups; g++)
        put_level(s, &s->group[s->order[g].group], g >= best);
}

static void try_groups(struct lf_splitter *s, uint32_t feature, uint32_t groups) {
    if (groups <= LF_EXHAUSTIVE && s->classes > 2) {
        sort_groups(s->group, groups, s->matrix->column[feature].rank);
        try_subsets(s, feature, groups);
        return;
    }
    for (uint32_t k = 0; k < (s->classes > 2 ? s->classes : 1); k++)
        if (s->total[k] != 0)
            try_order(s, feature, groups, k);
}

static bool try_levels(struct lf_splitter *s, uint32_t feature) {
    const struct lf_column *column = &s->matrix->column[feature];
    uint32_t groups = counting_pays(s, column) ? groups_counted(s, column) : groups_sorted(s, column);
    if (groups > 1)
        try_groups(s, feature, groups);
    return groups > 1;
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
    s->best_above = -1;
    s->best_below = 1;
}

bool lf_splitter_try(struct lf_splitter *s, uint32_t feature) {
    const struct lf_column *column = &s->matrix->column[feature];
    if (!column->numeric)
        return try_levels(s, feature);
    return counting_pays(s, column) ? try_counted(s, feature) : try_sorted(s, feature);
}

/* Both sides are pure when L/l + R/r has become l + r. */
bool lf_splitter_perfect(const struct lf_splitter *s) {
    return s->best.score >= s->rows;
}

const struct lf_split *lf_splitter_best(const struct lf_splitter *s) {
    return &s->best;
}

size_t lf_splitter_set_words(const struct lf_splitter *s) {
    return s->set_words;
}

/* ---- memory ---------------------------------------------------------------------------------- */

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
    return s->entry && s->spare && s->table && s->group && s->order && s->best.set;
}

struct lf_splitter *lf_splitter_new(const struct lf_matrix *matrix, uint32_t min_leaf) {
    struct lf_splitter *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->matrix = matrix;
    s->min_leaf = min_leaf;
    s->classes = matrix->classes;
    s->stride = (matrix->classes + LANES - 1) / LANES * LANES;
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
    free(s);
}
