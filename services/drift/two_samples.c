/* two_samples.c - chi-square, exact and permutation tests of a 2 x k table. */
#include "services/drift/two_samples.h"

#include <math.h>

#include "services/drift/chance.h"

enum { ENOUGH_AS_FAR = 10 };
static const double cannot_matter = 0.1, rounding = 1e-9;

static double log_choose(double n, double k) {
    int sign;
    return lgamma_r(n + 1, &sign) - lgamma_r(k + 1, &sign) - lgamma_r(n - k + 1, &sign);
}

/* Given the margins, the number of rows of a in category 1 is hypergeometric. */
double two_samples_exact(uint32_t a0, uint32_t a1, uint32_t b0, uint32_t b1) {
    double n = (double)a0 + a1, m = (double)b0 + b1, ones = (double)a1 + b1, all = n + m;
    double expected = n * ones / all, apart = fabs(a1 - expected) * (1 - rounding), p = 0;
    uint64_t first = ones > m ? (uint64_t)(ones - m) : 0, last = (uint64_t)fmin(n, ones);
    for (uint64_t i = first; i <= last; i++) {
        double x = (double)i;
        if (fabs(x - expected) >= apart)
            p += exp(log_choose(n, x) + log_choose(m, ones - x) - log_choose(all, ones));
    }
    return fmin(p, 1);
}

/* The part of chi-square that a deal changes: sum of a^2 / (a + b). */
static double spread(const double *weight, const uint32_t *dealt, size_t k) {
    double sum = 0;
    for (size_t i = 0; i < k; i++)
        sum += weight[i] * dealt[i] * dealt[i];
    return sum;
}

static void deal(struct chance *chance, uint16_t *deck, uint32_t all, uint32_t hand, uint32_t *dealt, size_t k) {
    for (size_t i = 0; i < k; i++)
        dealt[i] = 0;
    for (uint32_t i = 0; i < hand; i++) {
        uint32_t other = i + chance_below(chance, all - i);
        uint16_t card = deck[other];
        deck[other] = deck[i];
        deck[i] = card;
        dealt[card]++;
    }
}

double two_samples_permuted(const uint32_t *a, const uint32_t *b, size_t k, uint64_t seed, uint16_t *deck) {
    double weight[TWO_SAMPLES_MOST];
    uint32_t dealt[TWO_SAMPLES_MOST], n = 0, m = 0, all = 0;
    for (size_t i = 0; i < k; i++) {
        uint32_t both = a[i] + b[i];
        for (uint32_t card = 0; card < both; card++)
            deck[all++] = (uint16_t)i;
        weight[i] = both > 0 ? 1.0 / both : 0;
        n += a[i];
        m += b[i];
    }
    const uint32_t *smaller = n < m ? a : b;
    double real = spread(weight, smaller, k) * (1 - rounding);
    struct chance chance = {seed};
    uint32_t as_far = 0, deals = 0;
    while (deals < TWO_SAMPLES_DEALS && as_far < ENOUGH_AS_FAR) {
        deal(&chance, deck, all, n < m ? n : m, dealt, k);
        as_far += spread(weight, dealt, k) >= real;
        deals++;
    }
    return as_far < ENOUGH_AS_FAR ? (as_far + 1.0) / (deals + 1.0) : (double)as_far / deals;
}

static uint64_t rows_of(const uint32_t *a, const uint32_t *b, size_t k) {
    uint64_t rows = 0;
    for (size_t i = 0; i < k; i++)
        rows += (uint64_t)a[i] + b[i];
    return rows;
}

struct two_samples two_samples_test(const uint32_t *a, const uint32_t *b, size_t k, uint64_t seed, uint16_t *deck) {
    struct two_samples out = {chi_square_two_samples(a, b, k), 1, BY_NOTHING};
    if (out.chi.freedom < 1)
        return out;
    out.method = BY_CHI_SQUARE;
    out.p = chi_square_tail(out.chi.statistic, out.chi.freedom);
    if (out.chi.least_expected >= TWO_SAMPLES_EXPECTED)
        return out;
    if (k == 2) {
        out.method = BY_EXACT;
        out.p = two_samples_exact(a[0], a[1], b[0], b[1]);
    } else if (out.p < cannot_matter && deck != NULL && rows_of(a, b, k) <= TWO_SAMPLES_DEALT) {
        out.method = BY_PERMUTATION;
        out.p = two_samples_permuted(a, b, k, seed, deck);
    }
    return out;
}
