/* volume_test.c - a two-sample test of weekly counts, with dispersion. */
#include "services/drift/stats/volume_test.h"

#include <math.h>

static const double surely = 0.001, ratio = 1.5;
enum { LEAST_WEEKS = 4 };

static double mean(const uint32_t *rows, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += rows[i];
    return n > 0 ? sum / (double)n : 0;
}

/* Variance over mean, at least what counts of independent events have. */
static double dispersion(const uint32_t *rows, size_t n, double middle) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (rows[i] - middle) * (rows[i] - middle);
    return fmax(1, sum / (double)(n - 1) / middle);
}

struct volume_test volume_test(const uint32_t *before, size_t weeks_before, const uint32_t *now, size_t weeks_now) {
    struct volume_test out = {mean(before, weeks_before), mean(now, weeks_now), 1, false};
    if (weeks_before < LEAST_WEEKS || weeks_now < 1 || out.before <= 0)
        return out;
    double error = sqrt(dispersion(before, weeks_before, out.before) * out.before *
                        (1.0 / (double)weeks_before + 1.0 / (double)weeks_now));
    out.p = erfc(fabs(out.now - out.before) / error / sqrt(2));
    out.changed = out.p <= surely && (out.now >= ratio * out.before || out.before >= ratio * out.now);
    return out;
}
