/* divergence.c - population stability index, Jensen-Shannon, total variation, Cramer's V, Wasserstein. */
#include "services/drift/stats/divergence.h"

#include <math.h>

#include "services/drift/stats/chi_square.h"

static const double least_share = 0.0001;

static double psi_term(double p, double q) {
    p = fmax(p, least_share);
    q = fmax(q, least_share);
    return (q - p) * log(q / p);
}

/* One category's part of the Jensen-Shannon divergence. */
static double shannon_term(double p, double q) {
    double middle = (p + q) / 2;
    return (p > 0 ? p * log(p / middle) : 0) / 2 + (q > 0 ? q * log(q / middle) : 0) / 2;
}

struct divergence divergence_of(const uint32_t *reference, const uint32_t *window, size_t k) {
    struct divergence out = {0};
    double m = 0, n = 0, occur = 0;
    for (size_t i = 0; i < k; i++) {
        m += reference[i];
        n += window[i];
        occur += reference[i] + window[i] > 0;
    }
    for (size_t i = 0; i < k; i++) {
        double p = reference[i] / m, q = window[i] / n;
        out.psi += psi_term(p, q);
        out.jensen_shannon += shannon_term(p, q);
        out.total_variation += fabs(q - p) / 2;
        if (fabs(q - p) > fabs(out.top_change)) {
            out.top_contributor = i;
            out.top_change = q - p;
        }
    }
    out.psi_adjusted = out.psi - (occur - 1) * (1 / n + 1 / m);
    out.jensen_shannon = sqrt(fmax(out.jensen_shannon, 0));
    out.cramers_v = sqrt(chi_square_two_samples(window, reference, k).statistic / (n + m));
    return out;
}

/* The area between the two distribution functions, from one number to the next. */
double divergence_wasserstein(const float *a, size_t n, const float *b, size_t m) {
    size_t i = 0, j = 0;
    double distance = 0, at = fmin(a[0], b[0]);
    while (i < n || j < m) {
        double next = j == m || (i < n && a[i] <= b[j]) ? a[i] : b[j];
        distance += fabs((double)i / (double)n - (double)j / (double)m) * (next - at);
        at = next;
        if (j == m || (i < n && a[i] <= b[j]))
            i++;
        else
            j++;
    }
    return distance;
}
