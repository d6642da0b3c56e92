/* grow.c - grows one tree. */
#include "libforest/train/grow.h"

#include "libforest/base/keyed_rng.h"
#include "libforest/train/column_cache.h"

#include <stdlib.h>
#include <string.h>

/* A node that is not yet split. */
struct pending {
    uint32_t node;
    uint32_t begin, end; /* of item */
    uint32_t depth;
    uint64_t key;
};

struct lf_grower {
    const struct lf_matrix *matrix;
    struct lf_limits limits;
    struct lf_splitter *splitter;
    struct lf_item *item, *spare; /* [cells]; a node owns a stretch */
    uint32_t *feature;            /* [features], shuffled again for each node */
    uint32_t *record;             /* a level set: the feature, then its bits */
    uint64_t drawn;               /* rows in the tree */

    struct lf_column_cache *cache; /* of the subtree at hand, where near */
    bool cached;
    uint32_t outside; /* nodes waiting outside that subtree */

    struct pending *pending; /* [waiting_capacity]; first .. waiting-1 have not had their turn */
    uint32_t *count;         /* [waiting_capacity][classes], class counts of those */
    uint32_t first, waiting, waiting_capacity;

    struct lf_node *node; /* [capacity], in the order in which they were made, siblings side by side */
    uint32_t *cover;      /* [capacity], rows of leaves */
    uint32_t *order;      /* [capacity], nodes breadth first */
    uint32_t capacity;
    struct lf_tree tree; /* being grown */
};

/* Room for two nodes more.  What fails leaves arrays as large as they were, or larger. */
static bool reserve(struct lf_grower *g) {
    uint32_t capacity = g->capacity + g->capacity / 2 + 64;
    if (g->tree.nodes + 2 <= g->capacity)
        return true;
    struct lf_node *node = reallocarray(g->node, capacity, sizeof *node);
    if (node == NULL)
        return false;
    g->node = node;
    uint32_t *cover = reallocarray(g->cover, capacity, sizeof *cover);
    if (cover == NULL)
        return false;
    g->cover = cover;
    uint32_t *order = reallocarray(g->order, capacity, sizeof *order);
    if (order == NULL)
        return false;
    g->order = order;
    g->capacity = capacity;
    return true;
}

/* Room for two nodes more that wait. */
static bool reserve_waiting(struct lf_grower *g) {
    uint32_t capacity = g->waiting_capacity + g->waiting_capacity / 2 + 64;
    if (g->waiting + 2 <= g->waiting_capacity)
        return true;
    struct pending *pending = reallocarray(g->pending, capacity, sizeof *pending);
    if (pending == NULL)
        return false;
    g->pending = pending;
    uint32_t *count = reallocarray(g->count, capacity, g->matrix->classes * sizeof *count);
    if (count == NULL)
        return false;
    g->count = count;
    g->waiting_capacity = capacity;
    return true;
}

static uint32_t *count_of(const struct lf_grower *g, uint32_t place) {
    return g->count + (size_t)place * g->matrix->classes;
}

/* The root: all cells that were drawn.  The loop has no branch on that, because it would be mispredicted. */
static void take_items(struct lf_grower *g, const uint32_t *weight, uint64_t key) {
    uint32_t items = 0, cells = g->matrix->cells, *count = count_of(g, 0);
    const uint8_t *label = g->matrix->label;
    g->drawn = 0;
    memset(count, 0, g->matrix->classes * sizeof *count);
    for (uint32_t cell = 0; cell < cells; cell++) {
        g->item[items] = (struct lf_item){cell, weight[cell], label[cell]};
        items += weight[cell] != 0;
        count[label[cell]] += weight[cell];
        g->drawn += weight[cell];
    }
    g->pending[0] = (struct pending){.end = items, .key = key};
    g->first = 0;
    g->waiting = g->tree.nodes = 1;
}

/*
 * The next node's turn.  Depth first, because a child's items are still in the cache; but breadth first
 * where nodes are limited, so that a limit cuts all branches alike.
 */
static struct pending next_node(struct lf_grower *g, uint32_t *count) {
    uint32_t place = g->limits.max_nodes > 0 ? g->first++ : --g->waiting;
    memcpy(count, count_of(g, place), g->matrix->classes * sizeof *count);
    return g->pending[place];
}

static bool make_leaf(struct lf_grower *g, uint32_t node, const uint32_t *count, uint64_t rows) {
    uint32_t share;
    if (!lf_intern_add(&g->tree.counts, count, &share))
        return false;
    g->node[node] = lf_leaf(node, share);
    g->cover[node] = (uint32_t)rows;
    g->tree.leaves++;
    return true;
}

/* Each node that waits may become a leaf unlike all others: no more of them than there are numbers. */
static bool may_wait(const struct lf_grower *g) {
    return g->tree.counts.count + (uint64_t)(g->waiting - g->first) + 2 <= LF_MAX_SHARES &&
           g->tree.nodes + 2 <= (g->limits.max_nodes ? g->limits.max_nodes : INT32_MAX);
}

/* Whether the node may be split at all. */
static bool may_split(const struct lf_grower *g, const struct pending *at, const uint32_t *count, uint64_t rows) {
    const struct lf_limits *limits = &g->limits;
    for (uint32_t k = 0; k < g->matrix->classes; k++)
        if (count[k] == rows)
            return false;
    return rows >= 2 * (uint64_t)limits->min_leaf && (limits->max_depth == 0 || at->depth < limits->max_depth) &&
           may_wait(g);
}

/* A tree that has used up the numbers of level sets continues with numeric features only. */
static bool may_try(const struct lf_grower *g, uint32_t feature) {
    return g->matrix->column[feature].numeric || g->tree.sets.count < LF_MAX_SETS;
}

/* Where the codes of the items are. */
static const struct lf_column *column_of(struct lf_grower *g, uint32_t feature) {
    return g->cached ? lf_column_cache_get(g->cache, feature) : &g->matrix->column[feature];
}

static const struct lf_split *find_split(struct lf_grower *g, const struct pending *at, const uint32_t *count,
                                         uint64_t rows) {
    struct lf_rng rng = lf_rng_start(at->key);
    lf_splitter_begin(g->splitter, g->item + at->begin, at->end - at->begin, count, rows);
    uint32_t tried = 0;
    for (uint32_t left = g->matrix->features;
         left > 0 && tried < g->limits.mtry && !lf_splitter_is_perfect(g->splitter); left--) {
        uint32_t draw = (uint32_t)lf_rng_below(&rng, left), feature = g->feature[draw];
        g->feature[draw] = g->feature[left - 1];
        g->feature[left - 1] = feature;
        if (may_try(g, feature) && lf_splitter_try(g->splitter, feature, column_of(g, feature)))
            tried++;
    }
    return lf_splitter_best(g->splitter);
}

static bool make_inner(struct lf_grower *g, uint32_t node, const struct lf_split *split) {
    struct lf_node *inner = &g->node[node];
    *inner = (struct lf_node){g->tree.nodes, (uint16_t)((1 + split->feature) | split->flags), split->bin};
    if (!(split->flags & LF_LEVEL_SET))
        return true;
    uint32_t number;
    g->record[0] = split->feature;
    memcpy(g->record + 1, split->set, lf_splitter_set_words(g->splitter) * sizeof *split->set);
    if (!lf_intern_add(&g->tree.sets, g->record, &number))
        return false;
    inner->bin = (uint16_t)number;
    return true;
}

static bool goes_right(const struct lf_split *split, uint32_t code) {
    if (split->flags & LF_LEVEL_SET)
        return lf_in_set(split->set, code);
    uint32_t lift = split->flags & LF_MISSING_RIGHT ? 1 : 0; /* 0 - 1 is above all */
    return (uint16_t)(code - lift) > (uint16_t)(split->bin - lift);
}

/* Partition the items, stably and without a branch on the outcome.  Returns where the right part begins. */
static uint32_t partition(struct lf_grower *g, const struct pending *at, const struct lf_split *split) {
    const struct lf_column *column = column_of(g, split->feature);
    struct lf_item *left = g->item + at->begin, *right = g->spare;
    for (const struct lf_item *item = left, *end = g->item + at->end; item < end; item++) {
        struct lf_item moving = *item;
        bool to_right = goes_right(split, lf_column_code(column, moving.cell));
        *left = moving;
        *right = moving;
        left += !to_right;
        right += to_right;
    }
    memcpy(left, g->spare, (size_t)(right - g->spare) * sizeof *right);
    return (uint32_t)(left - g->item);
}

static void count_classes(const struct lf_grower *g, uint32_t begin, uint32_t end, uint32_t *count) {
    memset(count, 0, g->matrix->classes * sizeof *count);
    for (const struct lf_item *item = g->item + begin; item < g->item + end; item++)
        count[item->label] += item->weight;
}

static void push_children(struct lf_grower *g, const struct pending *at, const uint32_t *count,
                          const struct lf_split *split) {
    uint32_t classes = g->matrix->classes, depth = at->depth + 1, node = g->tree.nodes;
    uint32_t *left = count_of(g, g->waiting), *right = count_of(g, g->waiting + 1);
    uint32_t middle = partition(g, at, split);
    bool fewer_left = middle - at->begin < at->end - middle;
    uint32_t *fewer = fewer_left ? left : right, *rest = fewer_left ? right : left;
    count_classes(g, fewer_left ? at->begin : middle, fewer_left ? middle : at->end, fewer);
    for (uint32_t k = 0; k < classes; k++)
        rest[k] = count[k] - fewer[k];
    g->pending[g->waiting] = (struct pending){node, at->begin, middle, depth, lf_child_key(at->key, 0)};
    g->pending[g->waiting + 1] = (struct pending){node + 1, middle, at->end, depth, lf_child_key(at->key, 1)};
    g->waiting += 2;
    g->tree.nodes += 2;
}

/* Sum of squared counts over rows, what a split's score has to pass. */
static double impurity_base(const uint32_t *count, uint32_t classes, uint64_t rows) {
    int64_t squares = 0;
    for (uint32_t k = 0; k < classes; k++)
        squares += (int64_t)count[k] * count[k];
    return (double)squares / (double)rows;
}

/* Use a cache for a small subtree, until that ends.  Breadth first, subtrees have no such end. */
static void fill_cache(struct lf_grower *g, const struct pending *at) {
    uint32_t n = at->end - at->begin;
    g->cached = g->cached && g->waiting >= g->outside;
    if (g->cached || n > LF_COLUMN_CACHE_CELLS || g->limits.max_nodes > 0)
        return;
    lf_column_cache_begin(g->cache, g->item + at->begin, n);
    g->cached = true;
    g->outside = g->waiting;
}

static bool grow_node(struct lf_grower *g) {
    uint32_t count[FOREST_MAX_CLASSES], classes = g->matrix->classes;
    struct pending at = next_node(g, count);
    uint64_t rows = 0;
    for (uint32_t k = 0; k < classes; k++)
        rows += count[k];
    if (!may_split(g, &at, count, rows))
        return make_leaf(g, at.node, count, rows);
    fill_cache(g, &at);
    const struct lf_split *split = find_split(g, &at, count, rows);
    if (split->score < 0)
        return make_leaf(g, at.node, count, rows);
    if (!reserve(g) || !reserve_waiting(g) || !make_inner(g, at.node, split))
        return false;
    g->tree.gain[split->feature] += (split->score - impurity_base(count, classes, rows)) / (double)g->drawn;
    push_children(g, &at, count, split);
    return true;
}

/* Put the nodes into breadth-first order, as node.h wants them, and find the depth along the way. */
static bool number_nodes(struct lf_grower *g) {
    struct lf_tree *tree = &g->tree;
    uint32_t numbered = 1, level_end = 1, leaves = 0;
    tree->node = calloc(tree->nodes, sizeof *tree->node);
    tree->cover = calloc(tree->leaves, sizeof *tree->cover);
    if (tree->node == NULL || tree->cover == NULL)
        return false;
    g->order[0] = 0;
    for (uint32_t i = 0; i < tree->nodes; i++) {
        struct lf_node node = g->node[g->order[i]];
        if (i == level_end) {
            level_end = numbered;
            tree->depth++;
        }
        if (lf_is_leaf(node)) {
            node.next = i;
            tree->cover[leaves++] = g->cover[g->order[i]];
        } else {
            g->order[numbered] = node.next;
            g->order[numbered + 1] = node.next + 1;
            node.next = numbered;
            numbered += 2;
        }
        tree->node[i] = node;
    }
    return true;
}

static bool start(struct lf_grower *g, const uint32_t *weight, uint64_t key) {
    for (uint32_t i = 0; i < g->matrix->features; i++)
        g->feature[i] = g->matrix->by_name[i];
    g->tree = (struct lf_tree){.gain = calloc(g->matrix->features + (size_t)1, sizeof *g->tree.gain)};
    lf_intern_init(&g->tree.sets, (1 + lf_splitter_set_words(g->splitter)) * sizeof(uint32_t));
    lf_intern_init(&g->tree.counts, g->matrix->classes * sizeof(uint32_t));
    g->waiting = 0;
    g->cached = false;
    if (g->tree.gain == NULL || !reserve(g) || !reserve_waiting(g))
        return false;
    take_items(g, weight, key);
    return lf_splitter_start(g->splitter, g->item, g->pending[0].end);
}

bool lf_grow(struct lf_grower *g, const uint32_t *weight, uint64_t key, struct lf_tree *out) {
    bool grown = start(g, weight, key);
    while (grown && g->first < g->waiting)
        grown = grow_node(g);
    grown = grown && number_nodes(g);
    if (grown)
        *out = g->tree;
    else
        lf_tree_done(&g->tree);
    g->tree = (struct lf_tree){0};
    return grown;
}

struct lf_grower *lf_grower_new(const struct lf_matrix *matrix, const struct lf_limits *limits) {
    struct lf_grower *g = calloc(1, sizeof *g);
    if (g == NULL)
        return NULL;
    g->matrix = matrix;
    g->limits = *limits;
    g->splitter = lf_splitter_new(matrix, limits->min_leaf);
    if (g->splitter != NULL)
        g->record = calloc(1 + lf_splitter_set_words(g->splitter), sizeof *g->record);
    g->item = calloc(matrix->cells, sizeof *g->item);
    g->spare = calloc(matrix->cells, sizeof *g->spare);
    g->feature = calloc(matrix->features, sizeof *g->feature);
    g->cache = lf_column_cache_new(matrix);
    if (g->record == NULL || g->item == NULL || g->spare == NULL || g->feature == NULL || g->cache == NULL) {
        lf_grower_free(g);
        return NULL;
    }
    return g;
}

void lf_grower_free(struct lf_grower *g) {
    if (g == NULL)
        return;
    lf_splitter_free(g->splitter);
    free(g->item);
    free(g->spare);
    free(g->feature);
    free(g->record);
    lf_column_cache_free(g->cache);
    free(g->pending);
    free(g->count);
    free(g->node);
    free(g->cover);
    free(g->order);
    free(g);
}
