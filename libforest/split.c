/* split.c - the best way to part the rows of a node by one feature. */
#include "libforest/split.h"

#include "libforest/node.h"
#include "libforest/sort.h"

#include <stdlib.h>
#include <string.h>

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
    uint32_t min_leaf, classes;
    size_t set_words;
    uint32_t *place; /* [features], in the order of names */

    const struct lf_item *item; /* the node */
    uint32_t n;
    const uint32_t *class_count;
    int64_t rows, squares;

    int64_t rows_left, rows_right, squares_left, squares_right; /* as rows are parted now */
    int64_t left[FOREST_MAX_CLASSES], right[FOREST_MAX_CLASSES];

    uint64_t *key, *spare;  /* [cells], code << 32 | item */
    uint32_t *table;        /* [codes][classes] counts by code, or [groups][classes] */
    struct group *group;    /* [codes] */
    struct by_share *order; /* [codes] */
    struct lf_split best;
};

/* ---- parting --------------------------------------------------------------------------------- */

static void all_right(struct lf_splitter *s) {
    for (uint32_t k = 0; k < s->classes; k++) {
        s->left[k] = 0;
        s->right[k] = s->class_count[k];
    }
    s->rows_left = s->squares_left = 0;
    s->rows_right = s->rows;
    s->squares_right = s->squares;
}

/* Move rows of a class from right to left, or back where negative: (l + w)^2 - l^2 = w (2l + w). */
static inline void move(struct lf_splitter *s, uint32_t class, int64_t rows) {
    s->squares_left += rows * (2 * s->left[class] + rows);
    s->squares_right -= rows * (2 * s->right[class] - rows);
    s->left[class] += rows;
    s->right[class] -= rows;
    s->rows_left += rows;
    s->rows_right -= rows;
}

/* sign is 1 to the left, -1 back to the right. */
static inline void move_group(struct lf_splitter *s, const struct group *group, int64_t sign) {
    for (uint32_t k = 0; k < s->classes; k++)
        if (group->count[k] != 0)
            move(s, k, sign * group->count[k]);
}

/* The quality of how rows are parted now, or -1 where a side would be too small. */
static inline double score(const struct lf_splitter *s) {
    if (s->rows_left < s->min_leaf || s->rows_right < s->min_leaf)
        return -1;
    return (double)s->squares_left / (double)s->rows_left + (double)s->squares_right / (double)s->rows_right;
}

static inline bool improves(const struct lf_splitter *s, double now, uint32_t feature) {
    return now > s->best.score || (now == s->best.score && now >= 0 && s->place[feature] < s->place[s->best.feature]);
}

/* ---- items by code --------------------------------------------------------------------------- */

static uint64_t *sort_items(struct lf_splitter *s, const struct lf_column *column) {
    if (column->narrow != NULL)
        for (uint32_t i = 0; i < s->n; i++)
            s->key[i] = (uint64_t)column->narrow[s->item[i].cell] << 32 | i;
    else
        for (uint32_t i = 0; i < s->n; i++)
            s->key[i] = (uint64_t)column->wide[s->item[i].cell] << 32 | i;
    return lf_sort(s->key, s->spare, s->n, column->narrow != NULL ? 1 : 2);
}

static inline uint32_t code_of(uint64_t key) {
    return (uint32_t)(key >> 32);
}

static void count_by_code(struct lf_splitter *s, const struct lf_column *column) {
    memset(s->table, 0, (size_t)column->codes * s->classes * sizeof *s->table);
    for (uint32_t i = 0; i < s->n; i++) {
        const struct lf_item *item = &s->item[i];
        s->table[column->narrow[item->cell] * s->classes + item->label] += item->weight;
    }
}

/* Counting costs a pass over all codes, sorting a few over the items. */
static bool counting_pays(const struct lf_splitter *s, const struct lf_column *column) {
    return column->narrow != NULL && (uint64_t)s->n * 4 > (uint64_t)column->codes * s->classes;
}

/* ---- numeric --------------------------------------------------------------------------------- */

enum missing { MISSING_NONE, MISSING_LEFT, MISSING_RIGHT };

/*
 * A cut between the codes below and above, of which no code in between is here: take the middle, so
 * that a value not seen here goes with the nearer neighbour.  Where nothing is missing, what will be
 * missing later goes with the larger part.
 */
static void offer_cut(struct lf_splitter *s, uint32_t feature, uint32_t below, uint32_t above, enum missing missing) {
    double now = score(s);
    if (!improves(s, now, feature))
        return;
    bool right = missing == MISSING_NONE ? s->rows_right > s->rows_left : missing == MISSING_RIGHT;
    uint32_t bin = below == 0 ? 0 : below + (above - 1 - below) / 2; /* 0: missing against the rest */
    s->best.score = now;
    s->best.feature = feature;
    s->best.flags = right ? LF_MISSING_RIGHT : 0;
    s->best.bin = (uint16_t)(right ? bin - 1 : bin);
}

static void sweep_sorted(struct lf_splitter *s, uint32_t feature, const uint64_t *key, uint32_t from,
                         enum missing missing) {
    all_right(s);
    for (uint32_t i = from; i < s->n; i++) {
        const struct lf_item *item = &s->item[(uint32_t)key[i]];
        if (i > from && code_of(key[i]) != code_of(key[i - 1]))
            offer_cut(s, feature, code_of(key[i - 1]), code_of(key[i]), missing);
        move(s, item->label, item->weight);
    }
}

static bool try_sorted(struct lf_splitter *s, uint32_t feature) {
    const uint64_t *key = sort_items(s, &s->matrix->column[feature]);
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

static bool any(const uint32_t *count, uint32_t classes) {
    uint32_t together = 0;
    for (uint32_t k = 0; k < classes; k++)
        together |= count[k];
    return together != 0;
}

/* Returns how many codes from `from` on are present. */
static uint32_t sweep_counted(struct lf_splitter *s, uint32_t feature, uint32_t from, enum missing missing) {
    uint32_t codes = s->matrix->column[feature].codes, present = 0, last = 0;
    all_right(s);
    for (uint32_t code = from; code < codes; code++) {
        struct group group = {.count = s->table + code * s->classes};
        if (!any(group.count, s->classes))
            continue;
        if (present++ > 0)
            offer_cut(s, feature, last, code, missing);
        move_group(s, &group, 1);
        last = code;
    }
    return present;
}

static bool try_counted(struct lf_splitter *s, uint32_t feature) {
    count_by_code(s, &s->matrix->column[feature]);
    bool missing = any(s->table, s->classes);
    if (sweep_counted(s, feature, 0, missing ? MISSING_LEFT : MISSING_NONE) < 2)
        return false;
    if (missing)
        sweep_counted(s, feature, 1, MISSING_RIGHT);
    return true;
}

/* ---- categorical ----------------------------------------------------------------------------- */

static uint32_t groups_counted(struct lf_splitter *s, const struct lf_column *column) {
    uint32_t groups = 0;
    count_by_code(s, column);
    for (uint32_t code = 0; code < column->codes; code++) {
        const uint32_t *count = s->table + code * s->classes;
        int64_t rows = 0;
        for (uint32_t k = 0; k < s->classes; k++)
            rows += count[k];
        if (rows > 0)
            s->group[groups++] = (struct group){code, rows, count};
    }
    return groups;
}

static uint32_t groups_sorted(struct lf_splitter *s, const struct lf_column *column) {
    const uint64_t *key = sort_items(s, column);
    uint32_t groups = 0, *count = s->table;
    for (uint32_t i = 0; i < s->n; i++) {
        const struct lf_item *item = &s->item[(uint32_t)key[i]];
        if (i == 0 || code_of(key[i]) != code_of(key[i - 1])) {
            count = s->table + (size_t)groups * s->classes;
            memset(count, 0, s->classes * sizeof *count);
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
static void take_split(struct lf_splitter *s, uint32_t feature, double now) {
    uint32_t codes = s->matrix->column[feature].codes;
    s->best.score = now;
    s->best.feature = feature;
    s->best.flags = LF_LEVEL_SET;
    memset(s->best.set, s->rows_right > s->rows_left ? 0xff : 0, s->set_words * sizeof *s->best.set);
    if (codes % 32 != 0)
        s->best.set[codes / 32] &= (1U << codes % 32) - 1;
    for (size_t word = (codes + 31) / 32; word < s->set_words; word++)
        s->best.set[word] = 0;
}

static void put_level(struct lf_splitter *s, const struct group *group, bool right) {
    uint32_t bit = 1U << group->code % 32, *word = &s->best.set[group->code / 32];
    *word = right ? *word | bit : *word & ~bit;
}

/* Every subset of levels on the left, the last level always right: a subset and its complement are one split. */
static void try_subsets(struct lf_splitter *s, uint32_t feature, uint32_t groups) {
    uint32_t left = 0, best = 0;
    all_right(s);
    for (uint32_t step = 1; step < 1U << (groups - 1); step++) {
        uint32_t level = (uint32_t)__builtin_ctz(step);
        left ^= 1U << level;
        move_group(s, &s->group[level], left >> level & 1 ? 1 : -1);
        double now = score(s);
        if (improves(s, now, feature)) {
            take_split(s, feature, now);
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
    all_right(s);
    for (uint32_t g = 0; g + 1 < groups; g++) {
        move_group(s, &s->group[s->order[g].group], 1);
        double now = score(s);
        if (improves(s, now, feature)) {
            take_split(s, feature, now);
            best = g + 1;
        }
    }
    for (uint32_t g = 0; best != 0 && g < groups; g++)
        put_level(s, &s->group[s->order[g].group], g >= best);
}

static bool try_levels(struct lf_splitter *s, uint32_t feature) {
    const struct lf_column *column = &s->matrix->column[feature];
    uint32_t groups = counting_pays(s, column) ? groups_counted(s, column) : groups_sorted(s, column);
    if (groups < 2)
        return false;
    if (groups <= LF_EXHAUSTIVE && s->classes > 2) {
        sort_groups(s->group, groups, column->rank);
        try_subsets(s, feature, groups);
        return true;
    }
    for (uint32_t k = 0; k < (s->classes > 2 ? s->classes : 1); k++)
        if (s->class_count[k] != 0)
            try_order(s, feature, groups, k);
    return true;
}

/* ---- a node ---------------------------------------------------------------------------------- */

void lf_splitter_begin(struct lf_splitter *s, const struct lf_item *item, uint32_t n, const uint32_t *class_count,
                       uint64_t rows) {
    s->item = item;
    s->n = n;
    s->class_count = class_count;
    s->rows = (int64_t)rows;
    s->squares = 0;
    for (uint32_t k = 0; k < s->classes; k++)
        s->squares += (int64_t)class_count[k] * class_count[k];
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
    size_t entries = 1, groups = 1;
    for (uint32_t f = 0; f < matrix->features; f++) {
        const struct lf_column *column = &matrix->column[f];
        size_t codes = column->narrow != NULL || column->codes < matrix->cells ? column->codes : matrix->cells;
        if (column->numeric && column->narrow == NULL)
            continue; /* always sorted */
        entries = codes > entries ? codes : entries;
        if (column->numeric)
            continue;
        groups = codes > groups ? codes : groups;
        size_t words = (column->codes + 31) / 32;
        s->set_words = words > s->set_words ? words : s->set_words;
    }
    s->place = calloc(matrix->features, sizeof *s->place);
    s->key = calloc(matrix->cells, sizeof *s->key);
    s->spare = calloc(matrix->cells, sizeof *s->spare);
    s->table = calloc(entries, matrix->classes * sizeof *s->table);
    s->group = calloc(groups, sizeof *s->group);
    s->order = calloc(groups, sizeof *s->order);
    s->best.set = calloc(s->set_words + 1, sizeof *s->best.set);
    return s->place && s->key && s->spare && s->table && s->group && s->order && s->best.set;
}

struct lf_splitter *lf_splitter_new(const struct lf_matrix *matrix, uint32_t min_leaf) {
    struct lf_splitter *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->matrix = matrix;
    s->min_leaf = min_leaf;
    s->classes = matrix->classes;
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
