/* split_levels.c - the best way to part the rows of a node by a categorical feature. */
#include "libforest/splitter.h"

#include "libforest/node.h"

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
static struct bar take_levels(struct lf_splitter *s, uint32_t feature, const struct parted *now) {
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
    const struct lf_by_share *x = a, *y = b;
    if (x->share != y->share)
        return x->share > y->share ? -1 : 1;
    return x->rank < y->rank ? -1 : x->rank > y->rank;
}

static void try_order(struct lf_splitter *s, uint32_t feature, uint32_t groups, uint32_t class) {
    const uint32_t *rank = s->matrix->column[feature].rank;
    for (uint32_t g = 0; g < groups; g++) {
        const struct lf_group *group = &s->group[g];
        s->order[g] = (struct lf_by_share){group->count[class] / group->rows, rank[group->code], g};
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

bool lf_split_try_levels(struct lf_splitter *s, uint32_t feature) {
    const struct lf_column *column = &s->matrix->column[feature];
    uint32_t groups = lf_split_counting_pays(s, column) ? groups_counted(s, column) : groups_sorted(s, column);
    if (groups > 1)
        try_groups(s, feature, groups);
    return groups > 1;
}
