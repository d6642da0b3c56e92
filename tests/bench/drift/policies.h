/* policies.h - what others do: a distance of each stream of the last seven days, against a constant. */
#ifndef BENCH_POLICIES_H
#define BENCH_POLICIES_H

#include "services/drift/detect/simulation.h"

enum policy {
    POLICY_OURS,
    POLICY_PSI_10,
    POLICY_PSI_20,
    POLICY_JS_10,
    POLICY_CHI_SQUARE,
    POLICY_ONE_SAMPLE,
    POLICY_PSI_EQUAL,
    POLICIES
};
extern const char *const policy_names[POLICIES];

/* The day's numbers; 0 (or p = 1) where the window is incomplete or empty. */
struct measures {
    double psi, jensen_shannon; /* the largest of the streams */
    double p, p_one_sample;     /* the smallest: two-sample chi-square; the reference taken for the truth */
};

struct measures policies_measure(const uint32_t *reference, const uint32_t *window, const struct feature_layout *layout,
                                 size_t first_stream, size_t last_stream);
struct measures policies_test(const struct simulation *s);

/* Which policies alarm; ours and the equal one by their thresholds. */
void policies_alarm(const struct measures *m, double ours, double threshold, double psi_equal, bool alarm[POLICIES]);

#endif
