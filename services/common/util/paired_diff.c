/* paired_diff.c - mean and standard error of paired differences, by Welford's update with weights. */
#include "services/common/util/paired_diff.h"

#include <math.h>

void paired_diff_add(struct paired_diff *p, double difference, uint32_t weight) {
    if (weight == 0)
        return;
    p->rows += weight;
    double from = difference - p->mean;
    p->mean += from * weight / (double)p->rows;
    p->square += weight * from * (difference - p->mean);
}

double paired_diff_standard_error(const struct paired_diff *p) {
    if (p->rows < 2)
        return INFINITY;
    double rows = (double)p->rows;
    return sqrt(p->square / (rows - 1) / rows);
}

double paired_diff_log_loss(float probability) {
    return -log(fmax((double)probability, 1e-15));
}

/* By bisection: it is needed once per run, and erfc is exact enough in both tails. */
double paired_diff_normal_quantile(double p) {
    double low = -40, high = 40;
    for (int i = 0; i < 100; i++) {
        double middle = (low + high) / 2;
        if (0.5 * erfc(-middle / sqrt(2)) < p)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}
