/* walk.c - many walks at once. */
#include "libforest/walk.h"

enum { NODES_OF_LINE = 64 / sizeof(struct lf_node), ROWS_TO_FETCH = 64 };

/* Constant arguments make two versions of each function, of which one has no level sets. */
#define INLINE static inline __attribute__((always_inline))

INLINE void walk_rows(const struct lf_walk *walk, const uint16_t *code, size_t features, const uint32_t *pick,
                      uint32_t n, bool level_sets, uint32_t *share) {
    const uint16_t *row[LF_LANES];
    uint32_t at[LF_LANES], number[LF_LANES], lanes = 0, next = 0;
    for (; lanes < LF_LANES && next < n; lanes++, next++) {
        row[lanes] = code + features * (pick ? pick[next] : next);
        number[lanes] = next;
        at[lanes] = 0;
    }
    while (lanes > 0)
        for (uint32_t lane = 0; lane < lanes; lane++) {
            struct lf_node node = walk->node[at[lane]];
            if (node.bin != LF_LEAF) {
                at[lane] = node.next + lf_goes_right(walk, node, row[lane], level_sets);
                continue;
            }
            share[number[lane]] = node.next;
            if (next < n) {
                row[lane] = code + features * (pick ? pick[next] : next);
                number[lane] = next++;
                at[lane] = 0;
            } else { /* no walk is left: the last lane moves here, and is not missed in this round */
                lanes--;
                row[lane] = row[lanes];
                number[lane] = number[lanes];
                at[lane] = at[lanes];
            }
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
