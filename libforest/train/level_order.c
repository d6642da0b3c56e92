/* level_order.c - one order for the levels of a feature that has many. */
#include "libforest/train/level_order.h"

#include "libforest/forest.h"

#include <stdlib.h>
#include <string.h>

/* Enough for an order; where two components are nearly as large as each other, either is as good. */
enum { ITERATIONS = 24 };

struct scored {
    double score;
    uint32_t level;
};

struct component {
    const struct lf_level_counts *counts;
    struct scored *scored;                /* [levels] */
    double *rows;                         /* [levels] */
    double mean[FOREST_MAX_CLASSES];      /* class shares of all rows */
    double direction[FOREST_MAX_CLASSES]; /* what levels are scored along */
};

static void count_rows(struct component *c) {
    const uint32_t *count = c->counts->count;
    double all = 0;
    for (uint32_t level = 0; level < c->counts->levels; level++, count += c->counts->stride)
        for (uint32_t k = 0; k < c->counts->classes; k++) {
            c->rows[level] += count[k];
            c->mean[k] += count[k];
        }
    for (uint32_t k = 0; k < c->counts->classes; k++)
        all += c->mean[k];
    for (uint32_t k = 0; k < c->counts->classes; k++)
        c->mean[k] /= all;
}

/* How far a level's shares of class k lie from the mean. */
static double deviation(const struct component *c, uint32_t level, uint32_t k) {
    return c->counts->count[(size_t)level * c->counts->stride + k] / c->rows[level] - c->mean[k];
}

static double score(const struct component *c, uint32_t level) {
    double sum = 0;
    for (uint32_t k = 0; c->rows[level] > 0 && k < c->counts->classes; k++)
        sum += deviation(c, level, k) * c->direction[k];
    return sum;
}

/* Begin along the level that deviates most, weighted by its rows. */
static void begin(struct component *c) {
    double most = -1;
    for (uint32_t level = 0; level < c->counts->levels; level++) {
        double squares = 0;
        for (uint32_t k = 0; c->rows[level] > 0 && k < c->counts->classes; k++)
            squares += deviation(c, level, k) * deviation(c, level, k) * c->rows[level];
        if (squares <= most)
            continue;
        most = squares;
        for (uint32_t k = 0; k < c->counts->classes; k++)
            c->direction[k] = c->rows[level] > 0 ? deviation(c, level, k) : 0;
    }
}

/* One step of power iteration: the covariance of shares times the direction, its largest element made 1.  False
 * when nothing is left, because all levels are alike. */
static bool improve(struct component *c) {
    double next[FOREST_MAX_CLASSES] = {0}, largest = 0;
    for (uint32_t level = 0; level < c->counts->levels; level++) {
        double along = score(c, level) * c->rows[level];
        for (uint32_t k = 0; along != 0 && k < c->counts->classes; k++)
            next[k] += along * deviation(c, level, k);
    }
    for (uint32_t k = 0; k < c->counts->classes; k++) {
        double size = next[k] < 0 ? -next[k] : next[k];
        largest = size > largest ? size : largest;
    }
    for (uint32_t k = 0; largest > 0 && k < c->counts->classes; k++)
        c->direction[k] = next[k] / largest;
    return largest > 0;
}

static int by_score(const void *a, const void *b) {
    const struct scored *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? -1 : 1;
    return x->level < y->level ? -1 : x->level > y->level;
}

bool lf_order_levels(const struct lf_level_counts *counts, uint32_t *place) {
    struct component c = {.counts = counts,
                          .scored = calloc(counts->levels, sizeof *c.scored),
                          .rows = calloc(counts->levels, sizeof *c.rows)};
    bool made = c.scored != NULL && c.rows != NULL;
    if (made) {
        count_rows(&c);
        begin(&c);
        for (int i = 0; i < ITERATIONS && improve(&c); i++)
            ;
        for (uint32_t level = 0; level < counts->levels; level++)
            c.scored[level] = (struct scored){score(&c, level), level};
        qsort(c.scored, counts->levels, sizeof *c.scored, by_score);
        for (uint32_t i = 0; i < counts->levels; i++)
            place[c.scored[i].level] = i;
    }
    free(c.scored);
    free(c.rows);
    return made;
}
