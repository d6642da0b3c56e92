/* split.c - the best way to part the rows of a node by one feature. */
#include "libforest/split.h"

#include "libforest/node.h"
#include "libforest/sort.h"

#include <stdlib.h>
#include <string.h>

enum {
    LANES = 4,           /* classes that one instruction works on */
    EXACT_ROWS = 1 << 17 /* fewer rows than this, cubed, are exact in a double */
};

/* Items with one code. */
struct group {
    uint32_t code;
    int64_t rows;
    const uint32_t *count; /* [classes] */
};

struct by_share {
    double share;
    uint32_t rank, group;
};

struct lf_splitter {
    const struct lf_matrix *matrix;
    int64_t min_leaf;
    uint32_t classes;
    size_t set_words;
    uint32_t *place; /* [features], in the order of names */

    const struct lf_item *item; /* the node */
    uint32_t n;
    int64_t rows, squares;
    int64_t total[FOREST_MAX_CLASSES]; /* rows by class */
    int64_t left[FOREST_MAX_CLASSES];  /* of which are on the left now */

    uint32_t *key, *spare;  /* [up to 65535 items], code << 16 | item */
    uint32_t *table;        /* [codes or groups][stride], counts by class */
    uint32_t stride;        /* classes, rounded up to a multiple of LANES */
    struct group *group;    /* [codes] */
    struct by_share *order; /* [codes] */
    struct lf_split best;
};

/* ---- parting --------------------------------------------------------------------------------- */

/* Rows as they are parted now: how many on each side, and the sum of their squared class counts. */
struct parted {
    int64_t left, right, squares_left, squares_right;
};

static inline struct parted all_right(struct lf_splitter *s) {
    memset(s->left, 0, s->classes * sizeof *s->left);
    return (struct parted){0, s->rows, 0, s->squares};
}

/* Move rows of a class from right to left, or back where negative: (l + w)^2 - l^2 = w (2l + w). */
static inline void move(struct lf_splitter *s, struct parted *now, uint32_t class, int64_t rows) {
    int64_t left = s->left[class], right = s->total[class] - left;
    s->left[class] = left + rows;
    now->squares_left += rows * (2 * left + rows);
    now->squares_right -= rows * (2 * right - rows);
    now->left += rows;
    now->right -= rows;
}

/* sign is 1 to the left, -1 back to the right. */
static inline void move_group(struct lf_splitter *s, struct parted *now, const uint32_t *count, int64_t sign) {
    for (uint32_t k = 0; k < s->classes; k++)
        if (count[k] != 0)
            move(s, now, k, sign * count[k]);
}

/* L/l + R/r.  Up to EXACT_ROWS on one fraction line, which is exact but for the one division, and faster. */
static inline double quality(const struct parted *now) {
    if (now->left + now->right < EXACT_ROWS)
        return (double)(now->squares_left * now->right + now->squares_right * now->left) /
               (double)(now->left * now->right);
    return (double)now->squares_left / (double)now->left + (double)now->squares_right / (double)now->right;
}

/* Whether to take a split of this quality.  Most are clearly worse, which is seen first. */
static inline bool improves(const struct lf_splitter *s, const struct parted *now, double score, uint32_t feature) {
    if (__builtin_expect(score < s->best.score, 1))
        return false;
    return now->left >= s->min_leaf && now->right >= s->min_leaf &&
           (score > s->best.score || s->place[feature] < s->place[s->best.feature]);
}

/* ---- items by code --------------------------------------------------------------------------- */

/*
 * Counting goes through all codes, sorting takes some steps more an item.  More than 65535 items are always
 * counted: their places would not fit the keys.
 */
static bool counting_pays(const struct lf_splitter *s, const struct lf_column *column) {
    if (column->numeric && column->narrow == NULL)
        return false; /* at most LF_EXACT_CELLS of them, over as many codes */
    return s->n > 65535 || (uint64_t)s->n * 4 > (uint64_t)column->codes * s->stride;
}

static const uint32_t *sort_items(struct lf_splitter *s, const struct lf_column *column) {
    for (uint32_t i = 0; i < s->n; i++)
        s->key[i] = lf_column_code(column, s->item[i].cell) << 16 | i;
    return lf_sort_codes(s->key, s->spare, s->n, column->codes);
}

static inline uint32_t code_of(uint32_t key) {
    return key >> 16;
}

static inline const struct lf_item *item_of(const struct lf_splitter *s, uint32_t key) {
    return &s->item[key & 0xffff];
}

static void count_items(struct lf_splitter *s, const struct lf_column *column) {
    memset(s->table, 0, (size_t)column->codes * s->stride * sizeof *s->table);
    for (uint32_t i = 0; i < s->n; i++) {
        const struct lf_item *item = &s->item[i];
        s->table[(size_t)lf_column_code(column, item->cell) * s->stride + item->label] += item->weight;
    }
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
 * A cut between the codes below and above, of which no code in between is here: take the middle, so
 * that a value not seen here goes with the nearer neighbour.  Where nothing is missing, what will be
 * missing later goes with the larger part.
 */
static void take_cut(struct lf_splitter *s, uint32_t feature, double score, const struct parted *now, uint32_t below,
                     uint32_t above, enum missing missing) {
    bool right = missing == MISSING_NONE ? now->right > now->left : missing == MISSING_RIGHT;
    uint32_t bin = below == 0 ? 0 : below + (above - 1 - below) / 2; /* 0: missing against the rest */
    s->best.score = score;
    s->best.feature = feature;
    s->best.flags = right ? LF_MISSING_RIGHT : 0;
    s->best.bin = (uint16_t)(right ? bin - 1 : bin);
}

static void sweep_sorted(struct lf_splitter *s, uint32_t feature, const uint32_t *key, uint32_t from,
                         enum missing missing) {
    struct parted now = all_right(s);
    for (uint32_t i = from; i < s->n; i++) {
        const struct lf_item *item = item_of(s, key[i]);
        if (i > from && code_of(key[i]) != code_of(key[i - 1])) {
            double score = quality(&now);
            if (improves(s, &now, score, feature))
                take_cut(s, feature, score, &now, code_of(key[i - 1]), code_of(key[i]), missing);
        }
        move(s, &now, item->label, item->weight);
    }
}

static bool try_sorted(struct lf_splitter *s, uint32_t feature) {
    const uint32_t *key = sort_items(s, &s->matrix->column[feature]);
    uint32_t missing = 0;
    if (code_of(key[0]) == code_of(key[s->n - 1]))
        return false;
    while (code_of(key[missing]) == 0)
        missing++;
    sweep_sorted(s, feature, key, 0, missing > 0 ? MISSING_LEFT : MISSING_NONE);
    if (missing > 0)
        sweep_sorted(s, feature, key, missing, MISSING_RIGHT);
    return true;
}

/* The counts of a code go from right to left.  Squares are summed anew, LANES at a time. */
static inline void move_counts(struct parted *now, uint32_t *left, uint32_t *right, const uint32_t *count,
                               uint32_t stride) {
    uint64_t squares_left = 0, squares_right = 0;
    uint32_t rows = 0;
    for (uint32_t k = 0; k < stride; k += LANES)
        for (uint32_t lane = k; lane < k + LANES; lane++) {
            rows += count[lane];
            left[lane] += count[lane];
            right[lane] -= count[lane];
            squares_left += (uint64_t)left[lane] * left[lane];
            squares_right += (uint64_t)right[lane] * right[lane];
        }
    now->left += rows;
    now->right -= rows;
    now->squares_left = (int64_t)squares_left;
    now->squares_right = (int64_t)squares_right;
}

/*
 * A cut after each code from `from` on.  Codes that are absent repeat the score of the one before, which
 * is no improvement; a side without rows gives a NaN, which is none either.
 */
static void sweep_counted(struct lf_splitter *s, uint32_t feature, uint32_t from, enum missing missing) {
    uint32_t codes = s->matrix->column[feature].codes, left[FOREST_MAX_CLASSES] = {0}, right[FOREST_MAX_CLASSES] = {0};
    struct parted now = {0, s->rows, 0, s->squares};
    for (uint32_t k = 0; k < s->classes; k++)
        right[k] = (uint32_t)s->total[k];
    for (uint32_t code = from; code < codes; code++) {
        move_counts(&now, left, right, s->table + (size_t)code * s->stride, s->stride);
        double score = quality(&now);
        if (!improves(s, &now, score, feature))
            continue;
        uint32_t above = code + 1;
        while (!is_present(s, above))
            above++;
        take_cut(s, feature, score, &now, code, above, missing);
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
    const uint32_t *key = sort_items(s, column);
    uint32_t groups = 0, *count = s->table;
    for (uint32_t i = 0; i < s->n; i++) {
        const struct lf_item *item = item_of(s, key[i]);
        if (i == 0 || code_of(key[i]) != code_of(key[i - 1])) {
            count = s->table + (size_t)groups * s->stride;
            memset(count, 0, s->stride * sizeof *count);
            s->group[groups++] = (struct group){code_of(key[i]), 0, count};
        }
        count[item->label] += item->weight;
        s->group[groups - 1].rows += item->weight;
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
static void take_levels(struct lf_splitter *s, uint32_t feature, double score, const struct parted *now) {
    uint32_t codes = s->matrix->column[feature].codes;
    s->best.score = score;
    s->best.feature = feature;
    s->best.flags = LF_LEVEL_SET;
    memset(s->best.set, 0, s->set_words * sizeof *s->best.set);
    for (uint32_t code = 0; now->right > now->left && code < codes; code++)
        s->best.set[code / 32] |= 1U << code % 32;
}

static void put_level(struct lf_splitter *s, const struct group *group, bool right) {
    uint32_t bit = 1U << group->code % 32, *word = &s->best.set[group->code / 32];
    *word = right ? *word | bit : *word & ~bit;
}

/* Every subset of levels on the left, the last level always right: a subset and its complement are one split. */
static void try_subsets(struct lf_splitter *s, uint32_t feature, uint32_t groups) {
    uint32_t left = 0, best = 0;
    struct parted now = all_right(s);
    for (uint32_t step = 1; step < 1U << (groups - 1); step++) {
        uint32_t level = (uint32_t)__builtin_ctz(step);
        left ^= 1U << level;
        move_group(s, &now, s->group[level].count, left >> level & 1 ? 1 : -1);
        double score = quality(&now);
        if (improves(s, &now, score, feature)) {
            take_levels(s, feature, score, &now);
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
        s->order[g] = (struct by_share){group->count[class] / (double)group->rows, rank[group->code], g};
    }
    qsort(s->order, groups, sizeof *s->order, larger_share);
    uint32_t best = 0;
    struct parted now = all_right(s);
    for (uint32_t g = 0; g + 1 < groups; g++) {
        move_group(s, &now, s->group[s->order[g].group].count, 1);
        double score = quality(&now);
        if (improves(s, &now, score, feature)) {
            take_levels(s, feature, score, &now);
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
    s->rows = (int64_t)rows;
    s->squares = 0;
    for (uint32_t k = 0; k < s->classes; k++) {
        s->total[k] = class_count[k];
        s->squares += s->total[k] * s->total[k];
    }
    s->best.score = -1;
    s->best.feature = 0;
}

bool lf_splitter_try(struct lf_splitter *s, uint32_t feature) {
    const struct lf_column *column = &s->matrix->column[feature];
    if (!column->numeric)
        return try_levels(s, feature);
    return counting_pays(s, column) ? try_counted(s, feature) : try_sorted(s, feature);
}

const struct lf_split *lf_splitter_best(const struct lf_splitter *s) {
    return &s->best;
}

size_t lf_splitter_set_words(const struct lf_splitter *s) {
    return s->set_words;
}

/* ---- memory ---------------------------------------------------------------------------------- */

static bool make(struct lf_splitter *s, const struct lf_matrix *matrix) {
    size_t codes = 1, levels = 1, keys = (matrix->cells < 65535 ? matrix->cells : 65535) + LF_SORT_SLACK;
    for (uint32_t f = 0; f < matrix->features; f++) {
        const struct lf_column *column = &matrix->column[f];
        if (column->codes > codes && (column->narrow != NULL || !column->numeric))
            codes = column->codes;
        if (column->codes > levels && !column->numeric)
            levels = column->codes;
    }
    s->set_words = (levels + 31) / 32;
    s->place = calloc(matrix->features, sizeof *s->place);
    s->key = calloc(keys, sizeof *s->key);
    s->spare = calloc(keys, sizeof *s->spare);
    s->table = calloc(codes, s->stride * sizeof *s->table);
    s->group = calloc(levels, sizeof *s->group);
    s->order = calloc(levels, sizeof *s->order);
    s->best.set = calloc(s->set_words, sizeof *s->best.set);
    return s->place && s->key && s->spare && s->table && s->group && s->order && s->best.set;
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
    for (uint32_t place = 0; place < matrix->features; place++)
        s->place[matrix->by_name[place]] = place;
    return s;
}

void lf_splitter_free(struct lf_splitter *s) {
    if (s == NULL)
        return;
    free(s->place);
    free(s->key);
    free(s->spare);
    free(s->table);
    free(s->group);
    free(s->order);
    free(s->best.set);
    free(s);
}
