/* split_simd.c - finds the best split of items by a numeric feature of at most 256 codes, where rows are fewer than
 * 65536. */
#include "libforest/train/split_simd.h"

#include <endian.h>

enum { FIELD = 16 };

bool lf_split_simd_usable(const struct lf_splitter *s, const struct lf_column *column) {
    return s->classes <= LF_SIMD_CLASSES && s->rows <= UINT16_MAX && column->narrow != NULL;
}

static void count_codes(const struct lf_splitter *s, const uint8_t *code, struct lf_simd *p) {
    for (const struct lf_item *item = s->item, *end = item + s->n; item < end; item++) {
        uint32_t c = code[item->cell];
        p->count[c] += (uint64_t)item->weight << item->label * FIELD;
        p->here[c] = 1;
    }
}

/* Which of 64 codes are here, a bit each; then none is. */
static inline uint64_t take_here(uint8_t *here) {
    uint64_t bits = 0, none = 0, eight;
    for (unsigned i = 0; i < 64; i += sizeof eight) {
        memcpy(&eight, here + i, sizeof eight);
        memcpy(here + i, &none, sizeof none);
        bits |= le64toh(eight) * 0x0102040810204080U >> 56 << i;
    }
    return bits;
}

/* Rows to the left of each cut. */
static void sum_lefts(struct lf_simd *p) {
    uint64_t sum = 0;
    uint32_t n = 0;
    for (uint32_t first = 0; first < LF_BYTE_CODES; first += 64)
        for (uint64_t bits = take_here(p->here + first); bits != 0; bits &= bits - 1, n++) {
            uint32_t code = first + (uint32_t)__builtin_ctzll(bits);
            sum += p->count[code];
            p->count[code] = 0;
            p->low[n] = (uint32_t)sum;
            p->high[n] = (uint32_t)(sum >> 32);
            p->cut[n] = (uint8_t)code;
        }
    p->codes = n;
}

static inline lf_floats lower(lf_words fields) {
    return lf_to_floats(fields & UINT16_MAX);
}

static inline lf_floats upper(lf_words fields) {
    return lf_to_floats(fields >> FIELD);
}

/* Scores of cuts from .. to-1; the largest. */
static float score_cuts(struct lf_simd *p, uint32_t from, uint32_t to) {
    lf_floats largest = {0};
    for (uint32_t i = 0; i < LF_CUT_LANES; i++)
        p->low[to + i] = p->high[to + i] = 0;
    for (uint32_t i = from; i < to; i += LF_CUT_LANES) {
        lf_words low = lf_load_words(p->low + i), high = lf_load_words(p->high + i);
        lf_floats score = lf_score_cuts(p, lower(low), upper(low), lower(high), upper(high));
        largest = lf_larger(score, largest);
        memcpy(p->score + i, &score, sizeof score);
    }
    return lf_largest(largest);
}

static struct partition cut_at(const struct lf_splitter *s, uint32_t cut) {
    uint32_t low = s->simd->low[cut], high = s->simd->high[cut];
    struct partition now = {0};
    lf_partition_class(&now, low & UINT16_MAX, s->total[0]);
    lf_partition_class(&now, low >> FIELD, s->total[1]);
    lf_partition_class(&now, high & UINT16_MAX, s->total[2]);
    lf_partition_class(&now, high >> FIELD, s->total[3]);
    return now;
}

static void try_cuts(struct lf_splitter *s, uint32_t feature, uint32_t from, enum missing missing) {
    const struct lf_simd *p = s->simd;
    uint32_t to = p->codes - 1;
    float most = score_cuts(s->simd, from, to);
    if (!lf_may_pass(s, most))
        return;
    struct threshold threshold = threshold_of(s);
    for (uint32_t i = from; i < to; i++) {
        if (p->score[i] < most * (1 - LF_SCORE_TOLERANCE))
            continue;
        struct partition now = cut_at(s, i);
        if (passes(&threshold, &now))
            threshold = take_cut(s, feature, &now, p->cut[i], p->cut[i + 1], missing);
    }
}

/* Rows with code 0 go to the right. */
static void move_missing(struct lf_simd *p) {
    uint32_t low = p->low[0], high = p->high[0];
    for (uint32_t i = 0; i < p->codes; i++) {
        p->low[i] -= low;
        p->high[i] -= high;
    }
}

bool lf_split_try_simd(struct lf_splitter *s, uint32_t feature, const struct lf_column *column) {
    struct lf_simd *p = s->simd;
    count_codes(s, column->narrow, p);
    sum_lefts(p);
    if (p->codes < 2)
        return false;
    bool missing = p->cut[0] == 0;
    try_cuts(s, feature, 0, missing ? MISSING_LEFT : MISSING_NONE);
    if (missing) {
        move_missing(p);
        try_cuts(s, feature, 1, MISSING_RIGHT);
    }
    return true;
}
