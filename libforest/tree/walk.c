/* walk.c - many walks at once. */
#include "libforest/tree/walk.h"

enum { NODES_OF_LINE = 64 / sizeof(struct lf_node), ROWS_TO_FETCH = 64, STEPS = 3 };
enum { FETCHES = 4 };     /* for each eight rows: about as many as there are turns of a walk */
enum { FEWER_LANES = 4 }; /* where a step takes more registers */

/* Constant arguments make several versions of each function, of which each does only what it must. */
#define INLINE static inline __attribute__((always_inline))

/* What a walk has to be ready for. */
struct kind {
    bool narrow, level_sets, missing;
};

/* A row on its way. */
struct walker {
    uint32_t at, row;
};

INLINE uint32_t code_of(const struct lf_codes *codes, struct kind kind, size_t row, uint32_t feature) {
    size_t at = row * codes->width + feature;
    return kind.narrow ? ((const uint8_t *)codes->code)[at] : ((const lf_code *)codes->code)[at];
}

/* Without level sets and missing codes a leaf needs no special case. */
INLINE uint32_t next_node(const struct lf_walk *walk, struct kind kind, struct lf_node node, uint32_t x) {
    if (kind.level_sets || kind.missing)
        return node.next + lf_sends_right(walk, node, x, kind.level_sets);
    return node.next + (x > node.bin);
}

/*
 * A few steps of a few rows.  All take each step together: what one waits for is then what all wait for, and
 * the processor need not look far ahead to find work.
 */
INLINE void step(const struct lf_walk *walk, const struct lf_codes *codes, struct kind kind, const uint32_t *pick,
                 struct walker *walker, uint32_t lanes, uint32_t steps) {
    struct lf_node node[LF_LANES];
    uint32_t x[LF_LANES];
    for (uint32_t s = 0; s < steps; s++) {
        for (uint32_t i = 0; i < lanes; i++)
            node[i] = walk->node[walker[i].at];
        for (uint32_t i = 0; i < lanes; i++)
            x[i] = code_of(codes, kind, pick ? pick[walker[i].row] : walker[i].row, node[i].test & LF_FEATURE);
        for (uint32_t i = 0; i < lanes; i++)
            walker[i].at = next_node(walk, kind, node[i], x[i]);
    }
}

/* Continue with the rows that are not at a leaf and drop the others, without a branch on which do.  Returns how many
 * are left in *walking. */
INLINE uint32_t advance(const struct lf_walk *walk, const struct lf_codes *codes, struct kind kind,
                        const uint32_t *pick, struct walker *walker, uint32_t lanes, uint32_t steps,
                        struct walker *walking, uint32_t *share) {
    struct walker moved[LF_LANES];
    uint32_t still = 0;
    for (uint32_t i = 0; i < lanes; i++)
        moved[i] = walker[i];
    step(walk, codes, kind, pick, moved, lanes, steps);
    for (uint32_t i = 0; i < lanes; i++) {
        struct lf_node node = walk->node[moved[i].at];
        share[moved[i].row] = lf_leaf_share(node); /* which is not yet the answer where the row is still walking */
        walking[still] = moved[i];
        still += !lf_is_leaf(node);
    }
    return still;
}

/* Walks meet a tree in no order, and wait for each line of it; read in order beforehand it comes much faster.
 * That pays once so many rows will go through that they meet most of it. */
struct lf_fetch lf_fetch_make(const struct lf_walk *walk, uint32_t rows) {
    bool pays = rows >= walk->nodes / ROWS_TO_FETCH;
    return (struct lf_fetch){walk->node, walk->node + (pays ? walk->nodes : 0),
                             walk->nodes / NODES_OF_LINE / (rows / LF_LANES * FETCHES + 1) + 1};
}

INLINE void fetch_lines(struct lf_fetch *fetch, uint32_t lines) {
    for (; lines > 0 && fetch->node < fetch->end; lines--, fetch->node += NODES_OF_LINE)
        __builtin_prefetch(fetch->node, 0, 2);
}

void lf_fetch_rest(struct lf_fetch *fetch) {
    fetch_lines(fetch, UINT32_MAX);
}

INLINE void walk_some(const struct lf_walk *walk, const struct lf_codes *codes, struct kind kind, const uint32_t *pick,
                      uint32_t from, uint32_t n, uint32_t *share, struct lf_fetch *fetch, struct walker *walker) {
    struct lf_fetch other = fetch != NULL ? *fetch : (struct lf_fetch){0};
    for (uint32_t i = 0; i < n; i++)
        walker[i] = (struct walker){0, from + i};
    uint32_t steps = (32 - (uint32_t)__builtin_clz(walk->nodes)) / 2; /* to half the depth of a balanced tree */
    for (uint32_t walking = n; walking > 0; steps = STEPS) {
        const uint32_t lanes = kind.level_sets || kind.missing ? FEWER_LANES : LF_LANES;
        uint32_t still = 0, i = 0;
        for (; i + lanes <= walking; i += lanes) {
            fetch_lines(&other, other.lines);
            still += advance(walk, codes, kind, pick, walker + i, lanes, steps, walker + still, share);
        }
        for (; i < walking; i++)
            still += advance(walk, codes, kind, pick, walker + i, 1, steps, walker + still, share);
        walking = still;
    }
    if (fetch != NULL)
        *fetch = other;
}

INLINE void walk_rows(const struct lf_walk *walk, const struct lf_codes *codes, struct kind kind, const uint32_t *pick,
                      uint32_t n, uint32_t *share, struct lf_fetch *fetch, struct walker *walker) {
    for (uint32_t done = 0; done < n; done += LF_WALKERS) {
        uint32_t some = n - done < LF_WALKERS ? n - done : LF_WALKERS;
        if (pick != NULL)
            walk_some(walk, codes, kind, pick, done, some, share, fetch, walker);
        else
            walk_some(walk, codes, kind, NULL, done, some, share, fetch, walker);
    }
}

void lf_walk_rows(const struct lf_walk *walk, const struct lf_codes *codes, const uint32_t *pick, uint32_t n,
                  uint32_t *share, struct lf_fetch *fetch) {
    struct walker walker[LF_WALKERS]; /* here, lest each of the versions has one */
    if (walk->set == NULL && !codes->zeros && codes->narrow)
        walk_rows(walk, codes, (struct kind){true, false, false}, pick, n, share, fetch, walker);
    else if (walk->set == NULL && !codes->zeros)
        walk_rows(walk, codes, (struct kind){false, false, false}, pick, n, share, fetch, walker);
    else if (codes->narrow)
        walk_rows(walk, codes, (struct kind){true, walk->set != NULL, true}, pick, n, share, fetch, walker);
    else
        walk_rows(walk, codes, (struct kind){false, walk->set != NULL, true}, pick, n, share, fetch, walker);
}

/* A lane whose walk has arrived takes the next tree at once, so that no lane idles while another is deep in its
 * tree.  The next node is prefetched a full turn before it is used. */
INLINE void walk_trees(const struct lf_walk *walk, uint32_t n, const uint16_t *code, bool level_sets, uint32_t *share) {
    enum { LANES = 24 };
    uint32_t at[LANES] = {0}, number[LANES], lanes = 0, next = 0;
    for (; lanes < LANES && next < n; next++)
        number[lanes++] = next;
    while (lanes > 0)
        for (uint32_t lane = 0; lane < lanes; lane++) {
            const struct lf_walk *tree = &walk[number[lane]];
            struct lf_node node = tree->node[at[lane]];
            if (!lf_is_leaf(node)) {
                at[lane] = node.next + lf_goes_right(tree, node, code, level_sets);
                __builtin_prefetch(&tree->node[at[lane]]);
                continue;
            }
            share[number[lane]] = lf_leaf_share(node);
            if (next < n) {
                number[lane] = next++;
                at[lane] = 0;
            } else {
                lanes--;
                number[lane] = number[lanes];
                at[lane] = at[lanes];
            }
        }
}

/* Trees of one forest: either all may have level sets, or none has. */
void lf_walk_trees(const struct lf_walk *walk, uint32_t n, const uint16_t *code, uint32_t *share) {
    if (walk->set != NULL)
        walk_trees(walk, n, code, true, share);
    else
        walk_trees(walk, n, code, false, share);
}
