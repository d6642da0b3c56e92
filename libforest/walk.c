/* walk.c - many walks at once. */
#include "libforest/walk.h"

enum { NODES_OF_LINE = 64 / sizeof(struct lf_node), ROWS_TO_FETCH = 64, WALKERS = 1024, STEPS = 2 };

/* Constant arguments make two versions of each function, of which one has no level sets. */
#define INLINE static inline __attribute__((always_inline))

/* A row on its way. */
struct walker {
    uint32_t at, row;
};

/* STEPS steps, or fewer where a leaf is near: whoever has arrived stays. */
INLINE struct walker step(const struct lf_walk *walk, struct walker walker, const uint16_t *code, bool level_sets) {
    for (int i = 0; i < STEPS; i++) {
        struct lf_node node = walk->node[walker.at];
        uint32_t next = node.next + lf_goes_right(walk, node, code, level_sets);
        walker.at = node.bin == LF_LEAF ? walker.at : next;
    }
    return walker;
}

/*
 * Rows go on a few steps each, one after the other, those that have not arrived again and again.  No row waits for
 * another, so that the processor has many in flight, and nothing branches on where a row goes.
 */
INLINE void walk_some(const struct lf_walk *walk, const uint16_t *code, size_t features, const uint32_t *pick,
                      uint32_t n, bool level_sets, uint32_t *share) {
    struct walker walker[WALKERS];
    for (uint32_t i = 0; i < n; i++)
        walker[i] = (struct walker){0, i};
    for (uint32_t walking = n; walking > 0;) {
        uint32_t still = 0;
        for (uint32_t i = 0; i < walking; i++) {
            uint32_t row = walker[i].row;
            struct walker moved = step(walk, walker[i], code + features * (pick ? pick[row] : row), level_sets);
            struct lf_node node = walk->node[moved.at];
            share[row] = node.next; /* which is not yet the answer where the row is still walking */
            walker[still] = moved;
            still += node.bin != LF_LEAF;
        }
        walking = still;
    }
}

INLINE void walk_rows(const struct lf_walk *walk, const uint16_t *code, size_t features, const uint32_t *pick,
                      uint32_t n, bool level_sets, uint32_t *share) {
    for (uint32_t done = 0; done < n; done += WALKERS) {
        uint32_t some = n - done < WALKERS ? n - done : WALKERS;
        if (pick != NULL)
            walk_some(walk, code, features, pick + done, some, level_sets, share + done);
        else
            walk_some(walk, code + features * done, features, NULL, some, level_sets, share + done);
    }
}

/* Walks meet a tree in no order, and wait for each line of it; read in order beforehand it comes much faster.
 * That pays once so many rows will go through that they meet most of it. */
static void fetch(const struct lf_walk *walk, uint32_t rows) {
    if (rows >= walk->nodes / ROWS_TO_FETCH)
        for (uint32_t i = 0; i < walk->nodes; i += NODES_OF_LINE)
            __builtin_prefetch(&walk->node[i], 0, 2);
}

void lf_walk_rows(const struct lf_walk *walk, const uint16_t *code, size_t features, const uint32_t *pick, uint32_t n,
                  uint32_t *share) {
    fetch(walk, n);
    if (walk->set != NULL)
        walk_rows(walk, code, features, pick, n, true, share);
    else
        walk_rows(walk, code, features, pick, n, false, share);
}

/* A lane whose walk has arrived takes the next tree at once, so that no lane idles while another is deep in its. */
INLINE void walk_trees(const struct lf_walk *walk, uint32_t n, const uint16_t *code, bool level_sets, uint32_t *share) {
    uint32_t at[LF_LANES] = {0}, number[LF_LANES], lanes = 0, next = 0;
    for (; lanes < LF_LANES && next < n; next++)
        number[lanes++] = next;
    while (lanes > 0)
        for (uint32_t lane = 0; lane < lanes; lane++) {
            const struct lf_walk *tree = &walk[number[lane]];
            struct lf_node node = tree->node[at[lane]];
            if (node.bin != LF_LEAF) {
                at[lane] = node.next + lf_goes_right(tree, node, code, level_sets);
                continue;
            }
            share[number[lane]] = node.next;
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
