/* split_small.c - finds the best split of very few items by a numeric feature: every one is compared with every other.
 */
#include "libforest/train/split_simd.h"

enum { FIELD = 8, BLOCK = 2 * LF_CUT_LANES };

bool lf_split_small_usable(const struct lf_splitter *s) {
    return s->classes <= LF_SIMD_CLASSES && s->n <= LF_SMALL && s->rows <= UINT8_MAX;
}

void lf_split_small_begin(struct lf_splitter *s) {
    for (uint32_t i = 0; i < s->n; i++)
        s->simd->unit[i] = (lf_words){0} + (s->item[i].weight << s->item[i].label * FIELD);
}

/* A summary of the codes. */
struct codes {
    bool vary, missing;
};

static struct codes read_codes(const struct lf_splitter *s, const struct lf_column *column, int32_t *code) {
    int32_t differ = 0, first = (int32_t)lf_column_code(column, s->item[0].cell);
    bool missing = false;
    for (uint32_t i = 0; i < s->n; i++) {
        code[i] = (int32_t)lf_column_code(column, s->item[i].cell);
        differ |= code[i] ^ first;
        missing |= code[i] == 0;
    }
    for (uint32_t i = s->n; i % BLOCK != 0; i++)
        code[i] = INT32_MAX;
    return (struct codes){differ != 0, missing};
}

/* Rows that have the same code as an item or a lower one, for all items. */
static void sum_lefts(struct lf_simd *p, uint32_t n) {
    for (uint32_t i = 0; i < n; i += BLOCK) {
        lf_ints some, more;
        lf_words left_of_some = {0}, left_of_more = {0};
        memcpy(&some, p->code + i, sizeof some);
        memcpy(&more, p->code + i + LF_CUT_LANES, sizeof more);
        for (uint32_t j = 0; j < n; j++) {
            left_of_some += ~(lf_words)(p->code[j] > some) & p->unit[j];
            left_of_more += ~(lf_words)(p->code[j] > more) & p->unit[j];
        }
        p->left[i / LF_CUT_LANES] = left_of_some;
        p->left[i / LF_CUT_LANES + 1] = left_of_more;
    }
}

static inline lf_floats field(lf_words fields, uint32_t k) {
    return lf_to_floats(fields >> k * FIELD & UINT8_MAX);
}

/* The largest score. */
static float score_cuts(struct lf_simd *p, uint32_t n) {
    lf_floats largest = {0};
    for (uint32_t i = 0; i < n; i += LF_CUT_LANES) {
        lf_words left = p->left[i / LF_CUT_LANES];
        lf_floats score = lf_score_cuts(p, field(left, 0), field(left, 1), field(left, 2), field(left, 3));
        largest = lf_larger(score, largest);
        memcpy(p->score + i, &score, sizeof score);
    }
    return lf_largest(largest);
}

/* The cut after the code of item i. */
static struct partition cut_at(const struct lf_splitter *s, uint32_t i) {
    uint32_t fields = s->simd->left[i / LF_CUT_LANES][i % LF_CUT_LANES];
    struct partition now = {0};
    for (uint32_t k = 0; k < LF_SIMD_CLASSES; k++)
        lf_partition_class(&now, fields >> k * FIELD & UINT8_MAX, s->total[k]);
    return now;
}

static uint32_t next_code(const struct lf_splitter *s, int32_t code) {
    int32_t next = INT32_MAX;
    for (uint32_t i = 0; i < s->n; i++)
        if (s->simd->code[i] > code && s->simd->code[i] < next)
            next = s->simd->code[i];
    return (uint32_t)next;
}

/* The best cut, of equals the first.  Cuts are in no order, but so few rows are compared without rounding. */
static void try_cuts(struct lf_splitter *s, uint32_t feature, enum missing missing) {
    const struct lf_simd *p = s->simd;
    float most = score_cuts(s->simd, s->n);
    if (!lf_may_pass(s, most))
        return;
    struct partition best = {0};
    double best_above = -1, best_below = 1;
    int32_t code = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        if (p->score[i] < most * (1 - LF_SCORE_TOLERANCE))
            continue;
        struct partition now = cut_at(s, i);
        double above = now.squares_left * now.right + now.squares_right * now.left, below = now.left * now.right;
        double more = above * best_below - best_above * below;
        if (more > 0 || (more == 0 && p->code[i] < code)) {
            best = now;
            best_above = above;
            best_below = below;
            code = p->code[i];
        }
    }
    struct threshold threshold = threshold_of(s);
    if (passes(&threshold, &best))
        take_cut(s, feature, &best, (uint32_t)code, next_code(s, code), missing);
}

/* Rows with code 0 go to the right. */
static void move_missing(struct lf_simd *p, uint32_t n) {
    lf_words missing = {0};
    for (uint32_t i = 0; i < n; i++)
        if (p->code[i] == 0)
            missing += p->unit[i];
    for (uint32_t i = 0; i < n; i += LF_CUT_LANES)
        p->left[i / LF_CUT_LANES] -= missing;
}

bool lf_split_try_small(struct lf_splitter *s, uint32_t feature, const struct lf_column *column) {
    struct codes codes = read_codes(s, column, s->simd->code);
    if (!codes.vary)
        return false;
    sum_lefts(s->simd, s->n);
    try_cuts(s, feature, codes.missing ? MISSING_LEFT : MISSING_NONE);
    if (codes.missing) {
        move_missing(s->simd, s->n);
        try_cuts(s, feature, MISSING_RIGHT);
    }
    return true;
}
