/* dump.c - trees as text for a person: a line a node, children below and to the right of their parent. */
#include "libforest/base/forest_error.h"
#include "libforest/base/text_writer.h"
#include "libforest/format/forest_impl.h"

#include <stdlib.h>

enum { MAX_INDENT = 40 };

/* A node that is still to be written. */
struct waiting {
    uint32_t node, depth;
    const char *answer; /* to its parent's question */
};

struct dumping {
    const struct forest *f;
    struct lf_walk walk;
    const uint32_t *cover; /* of the tree's leaves */
    uint32_t *leaf;        /* [nodes of the largest tree], number of each leaf in its tree */
    struct waiting *stack; /* [depth + 2] */
    struct lf_text text;
};

static const char *level_name(const struct forest_feature *what, uint32_t code) {
    return code < what->levels ? what->level[code] : code == what->levels ? "missing" : "unseen";
}

/* The shorter list of the two: levels that are in the set, or those that are not. */
static void put_levels(struct dumping *d, uint32_t feature, const uint32_t *word) {
    const struct forest_feature *what = &d->f->schema->feature[feature];
    uint32_t codes = (uint32_t)what->levels + 2, in = 0;
    for (uint32_t code = 0; code < codes; code++)
        in += lf_in_set(word, code);
    bool listed = in <= codes / 2;
    const char *between = "";
    lf_text_put(&d->text, listed ? " in {" : " not in {");
    for (uint32_t code = 0; code < codes; code++)
        if (lf_in_set(word, code) == listed) {
            lf_text_put(&d->text, between);
            lf_text_put(&d->text, level_name(what, code));
            between = ", ";
        }
    lf_text_put(&d->text, "}");
}

static void put_question(struct dumping *d, struct lf_node node) {
    uint32_t feature = lf_feature(node), missing_right = node.test & LF_MISSING_RIGHT;
    lf_text_put(&d->text, d->f->schema->feature[feature].name);
    if (node.test & LF_LEVEL_SET)
        put_levels(d, feature, d->walk.word + d->walk.set[node.bin]);
    else if (node.bin == 0)
        lf_text_put(&d->text, " known");
    else
        lf_text_format(&d->text, " > %.9g%s", lf_forest_cuts(d->f, feature)[node.bin - 1],
                       missing_right ? " or missing" : "");
    lf_text_put(&d->text, "?\n");
}

static void put_shares(struct dumping *d, uint32_t at) {
    const uint16_t *share = lf_forest_leaf(d->f, &d->walk, d->walk.node[at]);
    const char *between = "";
    for (uint32_t k = 0; k < d->f->classes; k++)
        if (share[k] >= LF_ONE / 1000) {
            lf_text_put(&d->text, between);
            lf_text_put(&d->text, d->f->schema->class_name[k]);
            lf_text_format(&d->text, " %.3f", share[k] / (double)LF_ONE);
            between = ", ";
        }
    lf_text_format(&d->text, " (%u rows)\n", d->cover[d->leaf[at]]);
}

static void put_node(struct dumping *d, const struct waiting *at) {
    uint32_t indent = at->depth < MAX_INDENT ? at->depth : MAX_INDENT;
    lf_text_format(&d->text, "%*s%s", (int)(2 * indent + 2), "", at->answer);
    if (lf_is_leaf(d->walk.node[at->node]))
        put_shares(d, at->node);
    else
        put_question(d, d->walk.node[at->node]);
}

static void put_tree(struct dumping *d) {
    uint32_t top = 0, leaves = 0;
    for (uint32_t i = 0; i < d->walk.nodes; i++)
        if (lf_is_leaf(d->walk.node[i]))
            d->leaf[i] = leaves++;
    d->stack[top++] = (struct waiting){0, 0, ""};
    while (top > 0 && !d->text.stopped) {
        struct waiting at = d->stack[--top];
        put_node(d, &at);
        if (!lf_is_leaf(d->walk.node[at.node])) {
            uint32_t next = d->walk.node[at.node].next;
            d->stack[top++] = (struct waiting){next + 1, at.depth + 1, "yes: "};
            d->stack[top++] = (struct waiting){next, at.depth + 1, "no: "};
        }
    }
}

static void put_forest(struct dumping *d) {
    const struct forest *f = d->f;
    d->cover = f->cover;
    for (uint32_t t = 0; t < f->trees && !d->text.stopped; t++) {
        d->walk = lf_forest_walk(f, t);
        lf_text_format(&d->text, "tree %u of %u, %u nodes\n", t + 1, f->trees, d->walk.nodes);
        put_tree(d);
        d->cover += (d->walk.nodes + 1) / 2;
    }
}

enum forest_status forest_dump(const struct forest *f, forest_write *write, void *user, struct forest_error *err) {
    struct dumping d = {.f = f, .text = {.write = write, .user = user}};
    d.leaf = calloc(lf_forest_largest_tree(f), sizeof *d.leaf);
    d.stack = calloc((size_t)f->info->depth + 2, sizeof *d.stack);
    bool made = d.leaf != NULL && d.stack != NULL;
    if (made)
        put_forest(&d);
    free(d.leaf);
    free(d.stack);
    return made ? lf_text_end(&d.text, err) : lf_no_memory(err);
}
