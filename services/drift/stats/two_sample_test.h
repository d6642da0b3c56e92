/*
 * two_sample_test.h - whether two samples of categories come from one distribution: the p-value, by the suitable
 * method.
 *
 *   chi-square    where every expected count is at least 5;
 *   exact         two categories: all tables with the same margins (Fisher, by distance from the expected);
 *   permutation   otherwise: rows are permuted between the two samples, until ten permutations were as far apart as
 *                 the real samples (Besag and Clifford, "Sequential Monte Carlo p-values", Biometrika 78, 1991)
 *                 or the maximum was reached.  Chi-square is used instead where its p is 0.1 or more, and where there
 * are so many rows that permutations would take minutes: then no rare category reaches an effect floor.
 */
#ifndef DRIFT_TWO_SAMPLE_TEST_H
#define DRIFT_TWO_SAMPLE_TEST_H

#include "services/drift/stats/chi_square.h"

enum two_sample_test_method { BY_NOTHING, BY_CHI_SQUARE, BY_EXACT, BY_PERMUTATION };

enum {
    TWO_SAMPLE_TEST_RESAMPLES = 20000,
    TWO_SAMPLE_TEST_MAX_ROWS = 200000,   /* rows, at most */
    TWO_SAMPLE_TEST_MAX_CATEGORIES = 512 /* categories */
};
#define TWO_SAMPLE_TEST_MIN_EXPECTED 5.0

struct two_sample_test {
    struct chi_square chi;
    double p; /* 1 where nothing can be compared */
    enum two_sample_test_method method;
};

/* k is at most TWO_SAMPLE_TEST_MAX_CATEGORIES. deck is room for sum(a) + sum(b) numbers, or NULL: then nothing is
 * dealt. */
struct two_sample_test two_sample_test(const uint32_t *a /* [k] */, const uint32_t *b /* [k] */, size_t k,
                                       uint64_t seed, uint16_t *permutation);

/* The parts, for tests. */
double two_sample_test_exact(uint32_t a0, uint32_t a1, uint32_t b0, uint32_t b1);
double two_sample_test_permuted(const uint32_t *a, const uint32_t *b, size_t k, uint64_t seed, uint16_t *permutation);

#endif
