/* stratified_test.c - a sum of chi-squares over cells, and its permutation test. */
#include "services/drift/stats/stratified_test.h"

#include "services/common/util/rng.h"
#include "services/drift/stats/chi_square.h"

enum { ENOUGH_EXTREME = 20 };
static const double rounding = 1e-9;

static uint32_t sum(const uint32_t *counts, size_t classes) {
    uint32_t all = 0;
    for (size_t i = 0; i < classes; i++)
        all += counts[i];
    return all;
}

/* Deal the rows of one cell anew: as many to `after` as it has, the rest to `before`. */
static void resample(const uint32_t *before, const uint32_t *after, size_t classes, struct rng *rng,
                     uint8_t *permutation, uint32_t *new_before, uint32_t *new_after) {
    uint32_t all = 0, sample_size = sum(after, classes);
    for (size_t i = 0; i < classes; i++) {
        new_before[i] = before[i] + after[i];
        new_after[i] = 0;
        for (uint32_t category = 0; category < new_before[i]; category++)
            permutation[all++] = (uint8_t)i;
    }
    for (uint32_t i = 0; i < sample_size; i++) {
        uint32_t other = i + rng_below(rng, all - i);
        uint8_t category = permutation[other];
        permutation[other] = permutation[i];
        new_after[category]++;
        new_before[category]--;
    }
}

static double resampled_statistic(const uint32_t *before, const uint32_t *after, size_t cells, size_t classes,
                                  struct rng *rng, uint8_t *permutation) {
    uint32_t new_before[STRATIFIED_TEST_MAX_CLASSES], new_after[STRATIFIED_TEST_MAX_CLASSES];
    double statistic = 0;
    for (size_t i = 0; i < cells; i++) {
        const uint32_t *b = before + i * classes, *a = after + i * classes;
        if (sum(b, classes) == 0 || sum(a, classes) == 0)
            continue;
        resample(b, a, classes, rng, permutation, new_before, new_after);
        statistic += chi_square_two_samples(new_after, new_before, classes).statistic;
    }
    return statistic;
}

struct stratified_test stratified_test(const uint32_t *before, const uint32_t *after, size_t cells, size_t classes,
                                       uint64_t seed, uint8_t *permutation) {
    struct stratified_test out = {.p = 1};
    double largest = -1;
    for (size_t i = 0; i < cells; i++) {
        const uint32_t *b = before + i * classes, *a = after + i * classes;
        uint32_t n = sum(b, classes), m = sum(a, classes);
        if (n == 0 || m == 0)
            continue;
        double part = chi_square_two_samples(a, b, classes).statistic;
        out.statistic += part;
        out.strata++;
        out.before += n;
        out.after += m;
        if (part > largest) {
            largest = part;
            out.top_contributor = i;
        }
    }
    if (out.strata == 0)
        return out;
    struct rng rng = {seed};
    uint32_t extreme = 0, resamples = 0;
    for (; resamples < STRATIFIED_TEST_RESAMPLES && extreme < ENOUGH_EXTREME; resamples++)
        extreme +=
            resampled_statistic(before, after, cells, classes, &rng, permutation) >= out.statistic * (1 - rounding);
    out.p = extreme < ENOUGH_EXTREME ? (extreme + 1.0) / (resamples + 1.0) : (double)extreme / resamples;
    return out;
}
