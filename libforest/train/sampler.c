/* sampler.c - exact draws from the laws that a bootstrap of weighted rows needs. */
#include "libforest/train/sampler.h"

#include "libforest/base/portable_math.h"

#include <math.h>

/* Below this mean, walking up the distribution costs less than a rejection step. */
#define WALK_MEAN 10.0

/* Inversion: walk up from 0 until the uniform number is used up.  np < WALK_MEAN, p <= 1/2. */
static uint64_t binomial_walk(struct lf_rng *rng, uint64_t n, double p) {
    double odds = p / (1 - p), none = lf_power(1 - p, n);
    for (;;) {
        double u = lf_rng_uniform(rng), mass = none;
        for (uint64_t k = 0; k <= n && mass > 0; k++) {
            if (u < mass)
                return k;
            u -= mass;
            mass *= odds * (double)(n - k) / (double)(k + 1);
        }
    }
}

/* Transformed rejection, algorithm BTRS of Hoermann, "The generation of binomial random variates",
 * J. Stat. Comput. Simul. 46 (1993).  np >= WALK_MEAN, p <= 1/2. */
static uint64_t binomial_reject(struct lf_rng *rng, uint64_t draws, double p) {
    double n = (double)draws, deviation = sqrt(n * p * (1 - p)), odds = p / (1 - p);
    double b = 1.15 + 2.53 * deviation, a = -0.0873 + 0.0248 * b + 0.01 * p, centre = n * p + 0.5;
    double quick = 0.92 - 4.2 / b, alpha = (2.83 + 5.1 / b) * deviation, mode = floor((n + 1) * p);
    for (;;) {
        double u = lf_rng_uniform(rng) - 0.5, v = lf_rng_uniform(rng), edge = 0.5 - fabs(u);
        double k = floor((2 * a / edge + b) * u + centre);
        if (edge >= 0.07 && v <= quick)
            return (uint64_t)k;
        if (k < 0 || k > n)
            continue;
        v = lf_ln(v * alpha / (a / (edge * edge) + b));
        /* ln of k's probability over the mode's, with ln n! written as (n+1/2) ln(n+1) and so on. */
        double bound = (mode + 0.5) * lf_ln((mode + 1) / (odds * (n - mode + 1))) +
                       (n + 1) * lf_ln((n - mode + 1) / (n - k + 1)) + (k + 0.5) * lf_ln(odds * (n - k + 1) / (k + 1)) +
                       lf_stirling_error(mode + 1) + lf_stirling_error(n - mode + 1) - lf_stirling_error(k + 1) -
                       lf_stirling_error(n - k + 1);
        if (v <= bound)
            return (uint64_t)k;
    }
}

uint64_t lf_binomial(struct lf_rng *rng, uint64_t n, double p) {
    if (n == 0 || p <= 0)
        return 0;
    if (p >= 1)
        return n;
    double small = p <= 0.5 ? p : 1 - p;
    uint64_t k = (double)n * small < WALK_MEAN ? binomial_walk(rng, n, small) : binomial_reject(rng, n, small);
    return p <= 0.5 ? k : n - k;
}

/* ln of the binomial probability of x of n, 0 < p < 1, as Loader, "Fast and accurate computation of
 * binomial probabilities" (2000), computes it: without the digits that factorials lose. */
static double binomial_ln_mass(double x, double n, double p) {
    double ln_mass = lf_stirling_error(n) - lf_stirling_error(x) - lf_stirling_error(n - x) - lf_deviance(x, n * p) -
                     lf_deviance(n - x, n * (1 - p));
    return x <= 0 || x >= n ? ln_mass : ln_mass + 0.5 * lf_ln(n / (6.283185307179586 * x * (n - x)));
}

struct urn {
    double rows, marked, draws;
};

/* P(k+1) / P(k). */
static double urn_ratio(const struct urn *urn, double k) {
    return (urn->marked - k) * (urn->draws - k) / ((k + 1) * (urn->rows - urn->marked - urn->draws + k + 1));
}

static double urn_mass(const struct urn *urn, double k) {
    double p = urn->draws / urn->rows;
    return lf_exp(binomial_ln_mass(k, urn->marked, p) + binomial_ln_mass(urn->draws - k, urn->rows - urn->marked, p) -
                  binomial_ln_mass(urn->draws, urn->rows, p));
}

/* Inversion from the mode outwards: about one standard deviation of steps. */
static double urn_draw(struct lf_rng *rng, const struct urn *urn) {
    double least = fmax(0, urn->draws + urn->marked - urn->rows), most = fmin(urn->marked, urn->draws);
    double mode = floor((urn->draws + 1) * (urn->marked + 1) / (urn->rows + 2));
    mode = fmin(fmax(mode, least), most);
    double at_mode = urn_mass(urn, mode);
    for (;;) {
        double u = lf_rng_uniform(rng) - at_mode;
        if (u < 0)
            return mode;
        double up = mode, down = mode, mass_up = at_mode, mass_down = at_mode;
        while ((up < most && mass_up > 0) || (down > least && mass_down > 0)) {
            mass_up = up < most ? mass_up * urn_ratio(urn, up) : 0;
            if ((u -= mass_up) < 0)
                return up + 1;
            up++;
            mass_down = down > least ? mass_down / urn_ratio(urn, down - 1) : 0;
            if ((u -= mass_down) < 0)
                return down - 1;
            down--;
        }
    }
}

uint64_t lf_hypergeometric(struct lf_rng *rng, uint64_t rows, uint64_t marked, uint64_t draws) {
    if (marked == 0 || draws == 0)
        return 0;
    if (draws == rows)
        return marked;
    if (marked == rows)
        return draws;
    if (marked == 1)
        return lf_rng_below(rng, rows) < draws;
    struct urn urn = {(double)rows, (double)marked, (double)draws};
    return (uint64_t)urn_draw(rng, &urn);
}
