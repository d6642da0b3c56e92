/*
 * onnx_trees.c - the graph of a forest that has no table: a strict TreeEnsembleClassifier (version 3) of
 * BRANCH_LEQ nodes, which every runtime since 2018 loads.
 *
 * Its input is one matrix of float columns: the numeric features that nodes test; for each of them that some node
 * splits into known and missing, a column that is 1 where it is known; and for each distinct level set a column that is
 * 1 for its levels.  So every test is `column <= value?`, and yes leads to our left child.
 */
#include "libforest/export/onnx.h"

#include "libforest/base/intern.h"

#include <stdio.h>
#include <stdlib.h>

struct graph {
    const struct forest *f;
    struct lf_protobuf *pb;
    uint32_t *value_column; /* [features], numeric: where its numbers are; UINT32_MAX nowhere */
    uint32_t *known_column; /* [features], numeric: where it is 1 if the value is known; UINT32_MAX nowhere */
    struct lf_intern *sets; /* [features], categorical: its distinct level sets */
    uint32_t *set_column;   /* [features], the column of the first of those */
    uint32_t *number_of;    /* [sets of the forest], which of its feature's sets each is */
    uint32_t columns;
};

static uint32_t words_of(const struct forest *f, uint32_t feature) {
    return (f->kind[feature].levels + 2 + 31) / 32;
}

static bool tests_if_known(struct lf_node node) {
    return node.bin == 0 && !(node.test & LF_LEVEL_SET);
}

/* ---- columns --------------------------------------------------------------------------------- */

/* Find the tests of all nodes. */
static bool collect(struct graph *g) {
    const struct forest *f = g->f;
    for (uint32_t t = 0; t < f->trees; t++) {
        struct lf_walk walk = lf_forest_walk(f, t);
        for (uint32_t i = 0; i < walk.nodes; i++) {
            struct lf_node node = walk.node[i];
            if (lf_is_leaf(node))
                continue;
            uint32_t feature = lf_feature(node);
            if (node.test & LF_LEVEL_SET) {
                uint64_t set = f->tree[t].set + node.bin;
                if (!lf_intern_add(&g->sets[feature], f->word + f->set[set], &g->number_of[set]))
                    return false;
            } else if (tests_if_known(node)) {
                g->known_column[feature] = 0;
            } else {
                g->value_column[feature] = 0;
            }
        }
    }
    return true;
}

/* Columns lie in the order of features: number, known, sets. */
static void number_columns(struct graph *g) {
    const struct forest *f = g->f;
    for (uint32_t i = 0; i < f->features; i++) {
        if (g->value_column[i] != UINT32_MAX)
            g->value_column[i] = g->columns++;
        if (g->known_column[i] != UINT32_MAX)
            g->known_column[i] = g->columns++;
        g->set_column[i] = g->columns;
        g->columns += g->sets[i].count;
    }
}

/* A forest without any test still needs one column. */
static bool some_column(struct graph *g) {
    static const uint32_t empty[(FOREST_MAX_LEVELS + 2 + 31) / 32];
    uint32_t number;
    if (g->f->inputs > 0)
        return true;
    if (g->f->kind[0].kind == FOREST_CATEGORICAL)
        return lf_intern_add(&g->sets[0], empty, &number);
    g->value_column[0] = 0;
    return true;
}

static bool graph_make(struct graph *g) {
    uint32_t features = g->f->features;
    g->value_column = reallocarray(NULL, features, sizeof *g->value_column);
    g->known_column = reallocarray(NULL, features, sizeof *g->known_column);
    g->sets = calloc(features, sizeof *g->sets);
    g->set_column = calloc(features, sizeof *g->set_column);
    g->number_of = calloc(g->f->sets + 1, sizeof *g->number_of);
    if (!g->value_column || !g->known_column || !g->sets || !g->set_column || !g->number_of)
        return false;
    for (uint32_t i = 0; i < features; i++) {
        g->value_column[i] = g->known_column[i] = UINT32_MAX;
        lf_intern_init(&g->sets[i], words_of(g->f, i) * sizeof(uint32_t));
    }
    if (!collect(g) || !some_column(g))
        return false;
    number_columns(g);
    return true;
}

static void graph_done(struct graph *g) {
    for (uint32_t i = 0; g->sets != NULL && i < g->f->features; i++)
        lf_intern_done(&g->sets[i]);
    free(g->sets);
    free(g->value_column);
    free(g->known_column);
    free(g->set_column);
    free(g->number_of);
}

/* ---- from inputs to the matrix --------------------------------------------------------------- */

static void put_known(struct graph *g, uint32_t feature) {
    char missing[40], known[40], column[40];
    snprintf(missing, sizeof missing, "forest/missing_%u", feature);
    snprintf(known, sizeof known, "forest/not_missing_%u", feature);
    snprintf(column, sizeof column, "forest/known_%u", feature);
    lf_onnx_unary(g->pb, "IsNaN", g->f->schema->feature[feature].name, missing);
    lf_onnx_unary(g->pb, "Not", missing, known);
    size_t node = lf_onnx_node(g->pb, "Cast", NULL, (const char *[]){known, NULL}, (const char *[]){column, NULL});
    lf_onnx_attribute_int(g->pb, "to", LF_ONNX_FLOAT);
    lf_pb_end(g->pb, node);
}

/* Codes pick rows of a matrix [codes][level sets of the feature] of 0 and 1. */
static bool put_sets(struct graph *g, uint32_t feature) {
    size_t codes = g->f->kind[feature].levels + 2, sets = g->sets[feature].count;
    char code[40], vector[40], matrix[40], columns[40];
    float *member = calloc(codes, sets * sizeof *member);
    if (member == NULL)
        return false;
    for (uint32_t c = 0; c < codes; c++)
        for (uint32_t s = 0; s < sets; s++)
            member[c * sets + s] = lf_in_set(lf_intern_at(&g->sets[feature], s), c);
    snprintf(vector, sizeof vector, "forest/codes_%u", feature);
    snprintf(matrix, sizeof matrix, "forest/members_%u", feature);
    snprintf(columns, sizeof columns, "forest/sets_%u", feature);
    lf_onnx_encoder(g->pb, g->f, feature, code, sizeof code);
    lf_onnx_binary(g->pb, "Squeeze", code, "forest/axis", vector);
    lf_onnx_floats(g->pb, matrix, codes, sets, member);
    lf_onnx_binary(g->pb, "Gather", matrix, vector, columns);
    free(member);
    return true;
}

static bool put_columns(struct graph *g) {
    const int64_t axis = 1;
    bool sets = false;
    for (uint32_t i = 0; i < g->f->features; i++)
        sets = sets || g->sets[i].count > 0;
    if (sets) /* a constant that nobody uses is warned of */
        lf_onnx_ints(g->pb, "forest/axis", 1, &axis);
    for (uint32_t i = 0; i < g->f->features; i++) {
        if (g->known_column[i] != UINT32_MAX)
            put_known(g, i);
        if (g->sets[i].count > 0 && !put_sets(g, i))
            return false;
    }
    const char **input = calloc(3 * (size_t)g->f->features + 1, sizeof *input);
    char(*name)[40] = calloc(2 * (size_t)g->f->features + 1, sizeof *name);
    size_t inputs = 0, names = 0;
    for (uint32_t i = 0; input && name && i < g->f->features; i++) {
        if (g->value_column[i] != UINT32_MAX)
            input[inputs++] = g->f->schema->feature[i].name;
        if (g->known_column[i] != UINT32_MAX) {
            snprintf(name[names], sizeof *name, "forest/known_%u", i);
            input[inputs++] = name[names++];
        }
        if (g->sets[i].count > 0) {
            snprintf(name[names], sizeof *name, "forest/sets_%u", i);
            input[inputs++] = name[names++];
        }
    }
    bool made = input != NULL && name != NULL;
    if (made) {
        size_t node = lf_onnx_node(g->pb, "Concat", NULL, input, (const char *[]){"forest/matrix", NULL});
        lf_onnx_attribute_int(g->pb, "axis", 1);
        lf_pb_end(g->pb, node);
    }
    free(input);
    free(name);
    return made;
}

/* ---- the trees ------------------------------------------------------------------------------- */

/* A node, as the attributes of TreeEnsembleClassifier describe it. */
struct question {
    uint32_t column;
    float value;
    bool missing_left;
};

static struct question question_of(const struct graph *g, uint32_t tree, struct lf_node node) {
    const struct forest *f = g->f;
    if (lf_is_leaf(node))
        return (struct question){0, 0, false};
    uint32_t feature = lf_feature(node);
    if (node.test & LF_LEVEL_SET)
        return (struct question){g->set_column[feature] + g->number_of[f->tree[tree].set + node.bin], 0.5F, false};
    if (tests_if_known(node))
        return (struct question){g->known_column[feature], 0.5F, false};
    return (struct question){g->value_column[feature], lf_forest_cuts(f, feature)[node.bin - 1],
                             !(node.test & LF_MISSING_RIGHT)};
}

enum attribute { TREE_ID, NODE_ID, COLUMN, YES_ID, NO_ID, MISSING_YES, CLASS_TREE, CLASS_NODE, CLASS_ID, ATTRIBUTES };

static const char *const attribute_name[ATTRIBUTES] = {
    "nodes_treeids",     "nodes_nodeids",      "nodes_featureids",
    "nodes_truenodeids", "nodes_falsenodeids", "nodes_missing_value_tracks_true",
    "class_treeids",     "class_nodeids",      "class_ids"};

static int64_t of_node(const struct graph *g, enum attribute a, uint32_t tree, uint32_t number, struct lf_node node) {
    bool inner = !lf_is_leaf(node);
    switch (a) {
    case TREE_ID:
        return tree;
    case NODE_ID:
        return number;
    case COLUMN:
        return question_of(g, tree, node).column;
    case YES_ID:
        return inner ? node.next : 0;
    case NO_ID:
        return inner ? node.next + (int64_t)1 : 0;
    default:
        return question_of(g, tree, node).missing_left;
    }
}

/* Shares of 0 are left out, but not in the first leaf: a runtime must see that there are several classes. */
static bool class_is_written(const uint16_t *share, bool first, uint32_t class) {
    return first || share[class] != 0;
}

static void put_ints(struct graph *g, enum attribute a) {
    struct lf_onnx_open list = lf_onnx_list_begin(g->pb, attribute_name[a], LF_ONNX_INTS);
    bool first = true;
    for (uint32_t t = 0; t < g->f->trees; t++) {
        struct lf_walk walk = lf_forest_walk(g->f, t);
        for (uint32_t i = 0; i < walk.nodes; i++) {
            if (a < CLASS_TREE) {
                lf_pb_packed_int(g->pb, of_node(g, a, t, i, walk.node[i]));
                continue;
            }
            if (!lf_is_leaf(walk.node[i]))
                continue;
            const uint16_t *share = lf_forest_leaf(g->f, &walk, walk.node[i]);
            for (uint32_t k = 0; k < g->f->classes; k++)
                if (class_is_written(share, first, k))
                    lf_pb_packed_int(g->pb, a == CLASS_TREE ? t : a == CLASS_NODE ? i : k);
            first = false;
        }
    }
    lf_onnx_list_end(g->pb, list);
}

static void put_values(struct graph *g) {
    struct lf_onnx_open list = lf_onnx_list_begin(g->pb, "nodes_values", LF_ONNX_FLOATS);
    for (uint32_t t = 0; t < g->f->trees; t++) {
        struct lf_walk walk = lf_forest_walk(g->f, t);
        for (uint32_t i = 0; i < walk.nodes; i++) {
            float value = question_of(g, t, walk.node[i]).value;
            lf_pb_packed_bytes(g->pb, &value, sizeof value);
        }
    }
    lf_onnx_list_end(g->pb, list);
}

static void put_modes(struct graph *g) {
    struct lf_onnx_open list = lf_onnx_list_begin(g->pb, "nodes_modes", LF_ONNX_STRINGS);
    for (uint64_t i = 0; i < g->f->nodes; i++)
        lf_pb_string(g->pb, LF_ONNX_STRINGS, lf_is_leaf(g->f->node[i]) ? "LEAF" : "BRANCH_LEQ");
    lf_onnx_list_end(g->pb, list);
}

/* Scores are sums over trees: each leaf's shares are divided by the number of trees. */
static void put_weights(struct graph *g) {
    struct lf_onnx_open list = lf_onnx_list_begin(g->pb, "class_weights", LF_ONNX_FLOATS);
    bool first = true;
    for (uint32_t t = 0; t < g->f->trees; t++) {
        struct lf_walk walk = lf_forest_walk(g->f, t);
        for (uint32_t i = 0; i < walk.nodes; i++) {
            if (!lf_is_leaf(walk.node[i]))
                continue;
            const uint16_t *share = lf_forest_leaf(g->f, &walk, walk.node[i]);
            for (uint32_t k = 0; k < g->f->classes; k++)
                if (class_is_written(share, first, k)) {
                    float weight = (float)(share[k] / g->f->share_scale);
                    lf_pb_packed_bytes(g->pb, &weight, sizeof weight);
                }
            first = false;
        }
    }
    lf_onnx_list_end(g->pb, list);
}

static void put_trees(struct graph *g, const char *scores) {
    size_t node = lf_onnx_node(g->pb, "TreeEnsembleClassifier", "ai.onnx.ml", (const char *[]){"forest/matrix", NULL},
                               (const char *[]){"forest/their_label", scores, NULL});
    for (int a = 0; a < ATTRIBUTES; a++)
        put_ints(g, (enum attribute)a);
    put_values(g);
    put_modes(g);
    put_weights(g);
    struct lf_onnx_open names = lf_onnx_list_begin(g->pb, "classlabels_strings", LF_ONNX_STRINGS);
    for (uint32_t k = 0; k < g->f->classes; k++)
        lf_pb_string(g->pb, LF_ONNX_STRINGS, g->f->schema->class_name[k]);
    lf_onnx_list_end(g->pb, names);
    lf_onnx_attribute_string(g->pb, "post_transform", "NONE");
    lf_pb_end(g->pb, node);
}

/* The first of the most probable classes.  The classifier's own label will not do: of two classes, runtimes choose
 * by rules of their own. */
static void put_label(struct graph *g, const char *scores) {
    size_t node =
        lf_onnx_node(g->pb, "ArgMax", NULL, (const char *[]){scores, NULL}, (const char *[]){"forest/number", NULL});
    lf_onnx_attribute_int(g->pb, "axis", 1);
    lf_onnx_attribute_int(g->pb, "keepdims", 0);
    lf_pb_end(g->pb, node);
    lf_onnx_class_names(g->pb, g->f, "forest/number", "label");
}

/* p^(1/T), normalised, is the softmax of ln p / T. */
static void put_temperature(struct graph *g) {
    const float temperature = (float)g->f->info->temperature;
    lf_onnx_floats(g->pb, "forest/temperature", 1, 0, &temperature);
    lf_onnx_unary(g->pb, "Log", "forest/shares", "forest/ln_shares");
    lf_onnx_binary(g->pb, "Div", "forest/ln_shares", "forest/temperature", "forest/scaled");
    size_t node = lf_onnx_node(g->pb, "Softmax", NULL, (const char *[]){"forest/scaled", NULL},
                               (const char *[]){"probabilities", NULL});
    lf_onnx_attribute_int(g->pb, "axis", 1);
    lf_pb_end(g->pb, node);
}

bool lf_onnx_trees(struct lf_protobuf *pb, const struct forest *f) {
    struct graph g = {.f = f, .pb = pb};
    bool made = graph_make(&g) && put_columns(&g), plain = f->info->temperature == 1;
    const char *scores = plain ? "probabilities" : "forest/shares";
    if (made) {
        put_trees(&g, scores);
        put_label(&g, scores);
        if (!plain)
            put_temperature(&g);
    }
    graph_done(&g);
    return made;
}
