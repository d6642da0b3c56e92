/*
 * paired_diff.h - two models compared on the same rows: the mean difference of their losses and how sure it is.
 *
 * Pairing takes out what makes a row hard for every model, so that far fewer rows show a difference.
 */
#ifndef COMMON_PAIRED_DIFF_H
#define COMMON_PAIRED_DIFF_H

#include <stdint.h>

struct paired_diff {
    uint64_t rows; /* sum of weights */
    double mean;   /* of the differences */
    double square; /* sum of squared deviations from the mean */
};

void paired_diff_add(struct paired_diff *p, double difference, uint32_t weight);

/* The standard error of the mean; infinite below two rows. */
double paired_diff_standard_error(const struct paired_diff *p);

/* The loss of a row whose own class was given this probability, in nats, floored as forest.h says. */
double paired_diff_log_loss(float probability);

/* The value that a standard normal variable stays below with this probability, 0 < p < 1. */
double paired_diff_normal_quantile(double p);

#endif
