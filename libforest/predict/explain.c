/*
 * explain.c - what each feature added to an answer: path-dependent TreeSHAP (Lundberg, Erion, Lee,
 * "Consistent individualized feature attribution for tree ensembles", 2018).
 *
 * Seen from a leaf, each feature asked about on the way is in one of two states: the row agrees with the
 * path (one = 1) or not (0); and a share of the training rows (zero) agrees.  The leaf's value reaches a
 * set S of known features with chance  prod_{S} one x prod_{others} zero, and Shapley's weights over all S
 * come from the coefficients of  prod (zero + one t).  Trees are walked with a stack, leaves one by one.
 */
#include "libforest/base/forest_error.h"
#include "libforest/format/forest_impl.h"

#include <stdlib.h>
#include <string.h>

/* A feature on the way to a node. */
struct path_feature {
    double zero;
    bool one;
    bool active;
};

/* A child that was entered, and what to put back when it has been dealt with. */
struct step {
    uint32_t node;    /* the child */
    uint32_t feature; /* of its parent */
    double ratio;     /* share of the parent's rows that went to the child */
    bool agrees;      /* so did the row */
    bool entered;
    struct path_feature before;
};

struct explaining {
    const struct forest *f;
    uint16_t code[1 + FOREST_MAX_FEATURES];
    struct path_feature path[FOREST_MAX_FEATURES];
    uint16_t active[FOREST_MAX_FEATURES]; /* [actives] */
    uint32_t actives;
    double poly[FOREST_MAX_FEATURES + 1], rest[FOREST_MAX_FEATURES + 1];
    double *value;      /* [features][classes] */
    double *base;       /* [classes] */
    uint64_t *cover;    /* [nodes of the largest tree] */
    struct step *stack; /* [2 x depth + 2] */
};

/* ---- one leaf -------------------------------------------------------------------------------- */

/* Coefficients of the product over features that agree, by how many of them are known; returns how many. */
static uint32_t multiply_out(struct explaining *e) {
    uint32_t degree = 0;
    e->poly[0] = 1;
    for (uint32_t i = 0; i < e->actives; i++) {
        const struct path_feature *path = &e->path[e->active[i]];
        if (!path->one)
            continue;
        e->poly[degree + 1] = e->poly[degree];
        for (uint32_t k = degree; k > 0; k--)
            e->poly[k] = e->poly[k] * path->zero + e->poly[k - 1];
        e->poly[0] *= path->zero;
        degree++;
    }
    return degree;
}

/* Take the factor (zero + t) out again. */
static const double *without(struct explaining *e, uint32_t degree, double zero) {
    e->rest[degree - 1] = e->poly[degree];
    for (uint32_t k = degree - 1; k > 0; k--)
        e->rest[k - 1] = e->poly[k] - zero * e->rest[k];
    return e->rest;
}

/* Shapley's weight of sets of k others among m features is k! (m-k-1)! / m!. */
static double shapley_sum(const double *poly, uint32_t terms, uint32_t m) {
    double weight = 1.0 / m, sum = 0;
    for (uint32_t k = 0; k < terms; k++) {
        sum += weight * poly[k];
        weight *= (k + 1.0) / (m - k - 1.0 > 0 ? m - k - 1.0 : 1.0);
    }
    return sum;
}

static void add_value(struct explaining *e, uint32_t feature, double weight, const uint16_t *share) {
    double *value = e->value + (size_t)feature * e->f->classes;
    for (uint32_t k = 0; k < e->f->classes; k++)
        value[k] += weight * share[k];
}

static void explain_leaf(struct explaining *e, const uint16_t *share) {
    double disagreeing = 1; /* product of zero over features that disagree */
    uint32_t m = e->actives, degree = multiply_out(e);
    for (uint32_t i = 0; i < m; i++)
        if (!e->path[e->active[i]].one)
            disagreeing *= e->path[e->active[i]].zero;
    double all_known = shapley_sum(e->poly, degree + 1, m > 0 ? m : 1);
    for (uint32_t i = 0; i < m; i++) {
        const struct path_feature *path = &e->path[e->active[i]];
        if (!path->one) /* its own factor is zero, times -zero from the difference */
            add_value(e, e->active[i], -all_known * disagreeing, share);
        else
            add_value(e, e->active[i],
                      (1 - path->zero) * disagreeing * shapley_sum(without(e, degree, path->zero), degree, m), share);
    }
}

/* ---- one tree -------------------------------------------------------------------------------- */

/* Rows of all nodes, from those of the leaves: children come after their parents. */
static void sum_covers(struct explaining *e, const struct lf_walk *walk, const uint32_t *cover) {
    uint32_t leaf = (walk->nodes + 1) / 2;
    for (uint32_t i = walk->nodes; i-- > 0;) {
        struct lf_node node = walk->node[i];
        e->cover[i] = lf_is_leaf(node) ? cover[--leaf] : e->cover[node.next] + e->cover[node.next + 1];
    }
}

static void enter(struct explaining *e, struct step *step) {
    struct path_feature *path = &e->path[step->feature];
    step->before = *path;
    step->entered = true;
    if (!path->active) {
        *path = (struct path_feature){1, true, true};
        e->active[e->actives++] = (uint16_t)step->feature;
    }
    path->zero *= step->ratio;
    path->one = path->one && step->agrees;
}

/* Features become active and inactive like a stack, since steps do. */
static void leave(struct explaining *e, const struct step *step) {
    if (!step->before.active)
        e->actives--;
    e->path[step->feature] = step->before;
}

static uint32_t push_children(struct explaining *e, const struct lf_walk *walk, uint32_t at, uint32_t top) {
    struct lf_node node = walk->node[at];
    uint32_t right = lf_goes_right(walk, node, e->code, walk->set != NULL);
    double rows = (double)e->cover[at];
    for (uint32_t side = 0; side < 2; side++)
        e->stack[top++] = (struct step){.node = node.next + side,
                                        .feature = lf_feature(node),
                                        .ratio = rows > 0 ? (double)e->cover[node.next + side] / rows : 0.5,
                                        .agrees = side == right};
    return top;
}

static void explain_tree(struct explaining *e, const struct lf_walk *walk, const uint32_t *cover) {
    uint32_t top = 0;
    sum_covers(e, walk, cover);
    for (uint32_t i = 0, leaf = 0; i < walk->nodes; i++)
        if (lf_is_leaf(walk->node[i])) {
            const uint16_t *share = lf_forest_leaf(e->f, walk, walk->node[i]);
            double reach = e->cover[0] > 0 ? cover[leaf] / (double)e->cover[0] : 0;
            for (uint32_t k = 0; k < e->f->classes; k++)
                e->base[k] += reach * share[k];
            leaf++;
        }
    if (!lf_is_leaf(walk->node[0]))
        top = push_children(e, walk, 0, top);
    while (top > 0) {
        struct step *step = &e->stack[top - 1];
        struct lf_node node = walk->node[step->node];
        if (step->entered) {
            leave(e, step);
            top--;
            continue;
        }
        enter(e, step);
        if (lf_is_leaf(node))
            explain_leaf(e, lf_forest_leaf(e->f, walk, node));
        else
            top = push_children(e, walk, step->node, top);
    }
}

/* ---- all of them ----------------------------------------------------------------------------- */

static void explain_forest(struct explaining *e) {
    const struct forest *f = e->f;
    const uint32_t *cover = f->cover;
    for (uint32_t t = 0; t < f->trees; t++) {
        struct lf_walk walk = lf_forest_walk(f, t);
        explain_tree(e, &walk, cover);
        cover += (walk.nodes + 1) / 2;
    }
}

enum forest_status forest_explain(const struct forest *f, const float *row, float *contribution, float *base,
                                  struct forest_error *err) {
    size_t values = (size_t)f->features * f->classes;
    struct explaining *e = calloc(1, sizeof *e);
    enum forest_status status = FOREST_OK;
    if (e == NULL)
        return lf_no_memory(err);
    e->f = f;
    e->value = calloc(values, sizeof *e->value);
    e->base = calloc(f->classes, sizeof *e->base);
    e->cover = calloc(lf_forest_largest_tree(f), sizeof *e->cover);
    e->stack = calloc(2 * (size_t)f->info->depth + 2, sizeof *e->stack);
    if (e->value != NULL && e->base != NULL && e->cover != NULL && e->stack != NULL) {
        lf_forest_encode(f, row, e->code);
        explain_forest(e);
        for (size_t i = 0; i < values; i++)
            contribution[i] = (float)(e->value[i] / f->share_scale);
        for (uint32_t k = 0; k < f->classes; k++)
            base[k] = (float)(e->base[k] / f->share_scale);
    } else {
        status = lf_no_memory(err);
    }
    free(e->value);
    free(e->base);
    free(e->cover);
    free(e->stack);
    free(e);
    return status;
}
