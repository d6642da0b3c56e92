/* split_levels.c - finds the best split of a node's rows by a categorical feature. */
#include "libforest/train/splitter_impl.h"

#include "libforest/train/level_order.h"
#include "libforest/tree/node.h"

#include <stdlib.h>

static uint32_t groups_counted(struct lf_splitter *s, const struct lf_column *column) {
    uint32_t groups = 0;
    lf_split_count(s, column);
    for (uint32_t code = 0; code < column->codes; code++) {
        struct lf_group group = {code, 0, s->table + (size_t)code * s->stride};
        for (uint32_t k = 0; k < s->classes; k++)
            group.rows += group.count[k];
        if (group.rows > 0)
            s->group[groups++] = group;
    }
    return groups;
}

static uint32_t groups_sorted(struct lf_splitter *s, const struct lf_column *column) {
    const uint64_t *entry = lf_split_sort(s, column);
    uint32_t groups = 0, *count = s->table;
    for (uint32_t i = 0; i < s->n; i++) {
        if (i == 0 || code_of(entry[i]) != code_of(entry[i - 1])) {
            count = s->table + (size_t)groups * s->stride;
            memset(count, 0, s->stride * sizeof *count);
            s->group[groups++] = (struct lf_group){code_of(entry[i]), 0, count};
        }
        count[label_of(entry[i])] += weight_of(entry[i]);
        s->group[groups - 1].rows += weight_of(entry[i]);
    }
    return groups;
}

/* Levels in the order of their names. */
static void sort_groups(struct lf_group *group, uint32_t groups, const uint32_t *rank) {
    for (uint32_t i = 1; i < groups; i++) {
        struct lf_group moving = group[i];
        uint32_t j = i;
        for (; j > 0 && rank[group[j - 1].code] > rank[moving.code]; j--)
            group[j] = group[j - 1];
        group[j] = moving;
    }
}

/* Start the best level set: codes that are not here, missing and unseen among them, go with the larger part. */
static struct threshold take_levels(struct lf_splitter *s, uint32_t feature, const struct partition *now) {
    uint32_t codes = s->matrix->column[feature].codes;
    s->best.flags = LF_LEVEL_SET;
    memset(s->best.set, 0, s->set_words * sizeof *s->best.set);
    for (uint32_t code = 0; now->right > now->left && code < codes; code++)
        s->best.set[code / 32] |= 1U << code % 32;
    return take(s, feature, now);
}

static void put_level(struct lf_splitter *s, const struct lf_group *group, bool right) {
    uint32_t bit = 1U << group->code % 32, *word = &s->best.set[group->code / 32];
    *word = right ? *word | bit : *word & ~bit;
}

/* Every subset of levels on the left, the last level always right: a subset and its complement are one split. */
static void try_subsets(struct lf_splitter *s, uint32_t feature, uint32_t groups) {
    uint32_t left = 0, best = 0;
    struct partition now = all_right(s);
    struct threshold threshold = threshold_of(s);
    sort_groups(s->group, groups, s->matrix->column[feature].rank);
    for (uint32_t step = 1; step < 1U << (groups - 1); step++) {
        uint32_t level = (uint32_t)__builtin_ctz(step);
        left ^= 1U << level;
        move_group(s, &now, s->group[level].count, left >> level & 1 ? 1 : -1);
        if (passes(&threshold, &now)) {
            threshold = take_levels(s, feature, &now);
            best = left;
        }
    }
    for (uint32_t level = 0; best != 0 && level < groups; level++)
        put_level(s, &s->group[level], !(best >> level & 1));
}

static int by_key(const void *a, const void *b) {
    const struct lf_ordered *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->rank < y->rank ? -1 : x->rank > y->rank;
}

/* Groups in the tree's order, or where it has none by the share of the first class. */
static void order_groups(struct lf_splitter *s, uint32_t feature, uint32_t groups) {
    const uint32_t *rank = s->matrix->column[feature].rank, *place = s->place[feature];
    for (uint32_t g = 0; g < groups; g++) {
        const struct lf_group *group = &s->group[g];
        double key = place ? place[group->code] : group->count[0] / group->rows;
        s->order[g] = (struct lf_ordered){key, rank[group->code], g};
    }
    qsort(s->order, groups, sizeof *s->order, by_key);
}

static void try_order(struct lf_splitter *s, uint32_t feature, uint32_t groups) {
    uint32_t best = 0;
    struct partition now = all_right(s);
    struct threshold threshold = threshold_of(s);
    order_groups(s, feature, groups);
    for (uint32_t g = 0; g + 1 < groups; g++) {
        move_group(s, &now, s->group[s->order[g].group].count, 1);
        if (passes(&threshold, &now)) {
            threshold = take_levels(s, feature, &now);
            best = g + 1;
        }
    }
    for (uint32_t g = 0; best != 0 && g < groups; g++)
        put_level(s, &s->group[s->order[g].group], g >= best);
}

bool lf_split_try_levels(struct lf_splitter *s, uint32_t feature, const struct lf_column *column) {
    uint32_t groups = lf_split_counting_pays(s, column) ? groups_counted(s, column) : groups_sorted(s, column);
    if (groups > 1 && s->classes > 2 && s->place[feature] == NULL)
        try_subsets(s, feature, groups);
    else if (groups > 1)
        try_order(s, feature, groups);
    return groups > 1;
}

/* ---- a tree ---------------------------------------------------------------------------------- */

/* place is by code, counts and orders by the names of levels. */
static bool order_levels(struct lf_splitter *s, const struct lf_column *column, const struct lf_item *item, uint32_t n,
                         uint32_t *place) {
    struct lf_level_counts counts = {s->table, column->codes, s->classes, s->stride};
    uint32_t *by_name = calloc(column->codes, sizeof *by_name);
    memset(s->table, 0, (size_t)column->codes * s->stride * sizeof *s->table);
    for (const struct lf_item *end = item + n; item < end; item++)
        s->table[(size_t)column->rank[lf_column_code(column, item->cell)] * s->stride + item->label] += item->weight;
    bool ordered = by_name != NULL && lf_order_levels(&counts, by_name);
    for (uint32_t code = 0; ordered && code < column->codes; code++)
        place[code] = by_name[column->rank[code]];
    free(by_name);
    return ordered;
}

bool lf_splitter_start(struct lf_splitter *s, const struct lf_item *item, uint32_t n) {
    bool ordered = true;
    for (uint32_t f = 0; ordered && f < s->matrix->features; f++)
        if (s->place[f] != NULL)
            ordered = order_levels(s, &s->matrix->column[f], item, n, s->place[f]);
    return ordered;
}
